package io.segue.controlplane.mover.redis;

import java.util.concurrent.atomic.LongAdder;

/** What a movement has done so far. Thread-safe. */
final class Counters {
    final LongAdder keysCopied = new LongAdder();
    final LongAdder keysFollowed = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder rechecks = new LongAdder();
    private final Throttle throttle;

    Counters(Throttle throttle) {
        this.throttle = throttle;
    }

    /** A page of the first copy has come. */
    void scanned(int keys) {
        keysCopied.add(keys);
    }

    /** The follower has acknowledged a key. */
    void wrote(Item item) {
        long size = Math.max(0, item.size);
        bytes.add(size);
        if (item.page != null) {
            throttle.wrote(size);
        } else {
            keysFollowed.increment();
        }
    }

    /** As they stood when the checkpoint was written. */
    void restore(long copied, long followed, long written, long rechecked) {
        keysCopied.add(copied);
        keysFollowed.add(followed);
        bytes.add(written);
        rechecks.add(rechecked);
    }
}
