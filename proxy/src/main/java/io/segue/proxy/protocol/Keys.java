package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;

/** Finds the keys of requests. Stateless but for the answer; one per event loop. */
public interface Keys {
    /**
     * Finds the keys of {@code request}, whose frame starts at {@code start} in {@code in}.
     *
     * @return the number of keys; {@link #argument} says which arguments they are, until the next call
     */
    int find(Request request, ByteBuf in, int start);

    /** Index of the argument that is key {@code i}. */
    int argument(int i);

    /**
     * The part of a key that decides where it lives (its hash tag, or all of it): {@code key[from, to)}.
     *
     * @return {@code from} in the upper half, {@code to} in the lower half
     */
    long samplingUnit(byte[] key, int length);
}
