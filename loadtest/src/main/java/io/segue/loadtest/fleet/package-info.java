/** Segue's own programs as child processes, and a client of the REST interface to drive them. */
@NullMarked
package io.segue.loadtest.fleet;

import org.jspecify.annotations.NullMarked;
