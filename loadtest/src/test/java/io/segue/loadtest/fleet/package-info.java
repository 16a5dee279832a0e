/** Tests of the programs as child processes. */
@NullMarked
package io.segue.loadtest.fleet;

import org.jspecify.annotations.NullMarked;
