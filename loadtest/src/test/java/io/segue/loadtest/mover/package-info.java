/** Movers and their parts against real servers. */
@NullMarked
package io.segue.loadtest.mover;

import org.jspecify.annotations.NullMarked;
