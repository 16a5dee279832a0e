package io.segue.proxy.engine;

import java.util.ArrayDeque;
import java.util.function.Supplier;

/** Objects used again instead of made anew, within one event loop. */
final class Pool<T> {
    private static final int MOST = 4096;

    private final ArrayDeque<T> free = new ArrayDeque<>();
    private final Supplier<T> factory;

    Pool(Supplier<T> factory) {
        this.factory = factory;
    }

    T take() {
        T object = free.pollLast();
        return object != null ? object : factory.get();
    }

    void give(T object) {
        if (free.size() < MOST) {
            free.addLast(object);
        }
    }
}
