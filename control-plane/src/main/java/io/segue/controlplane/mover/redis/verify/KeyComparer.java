package io.segue.controlplane.mover.redis.verify;

import java.io.Closeable;
import java.io.IOException;

/**
 * Compares one key of both sides by what it means, not by how it is stored: in pieces, whatever its size. For one thread, except that
 * {@link #close} may be called by any thread and ends what the other waits for.
 */
public interface KeyComparer extends Closeable {
    /**
     * Whether both sides hold a value of the same type that means the same. Expiry is not looked at. What it says of a key that is missing on a side,
     * or changes meanwhile, does not matter.
     *
     * @throws IOException a connection is lost, or a server refuses; the comparer is closed then. An error reply, which a key that changes its
     *     type meanwhile may cause, is to be thrown as {@link io.segue.controlplane.redis.RedisErrorException}: the key is looked at again
     */
    boolean same(byte[] key) throws IOException;
}
