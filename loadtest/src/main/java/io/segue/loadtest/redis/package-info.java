/** Real Redis servers as child processes, and a plain client that shows every byte. */
@NullMarked
package io.segue.loadtest.redis;

import org.jspecify.annotations.NullMarked;
