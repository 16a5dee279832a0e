package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;

/** Where the bytes of a snapshot come from. */
interface RdbSource {
    /**
     * Reads at least one byte; waits if there is none yet.
     *
     * @param length above 0
     * @return how many; -1 at the end
     * @throws IOException the snapshot will not be completed
     */
    int read(byte[] target, int offset, int length) throws IOException;

    /** Whether a read would not wait. */
    boolean ready();
}
