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

    /**
     * Reads bytes again that were read before, without changing what is read next.
     *
     * @param length above 0
     * @return how many, at least 1
     * @throws IOException they are gone
     */
    default int readAgain(long position, byte[] target, int offset, int length) throws IOException {
        throw new IOException("what was read of the snapshot is not kept");
    }

    /** Whether a read would not wait. */
    boolean ready();
}
