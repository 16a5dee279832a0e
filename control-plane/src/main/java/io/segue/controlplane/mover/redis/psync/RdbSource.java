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
     * Reads bytes that have been read before.
     *
     * @param position in the file
     * @throws IOException they are not kept, or the snapshot is closed
     */
    default void again(long position, byte[] target, int length) throws IOException {
        throw new IOException("a source that keeps nothing");
    }

    /** Whether a read would not wait. */
    boolean ready();
}
