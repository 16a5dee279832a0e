/** The replication link of the movers, against real servers. */
@NullMarked
package io.segue.loadtest.mover.psync;

import org.jspecify.annotations.NullMarked;
