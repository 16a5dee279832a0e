package io.segue.controlplane.mover.redis;

import java.util.concurrent.TimeUnit;

/** How fast it goes, over the last seconds. Sampled by one thread, read by any. */
final class Rates {
    private static final int SECONDS = 5;

    private final Counters counters;
    private final long[] keys = new long[SECONDS + 1];
    private final long[] bytes = new long[SECONDS + 1];
    private final long[] at = new long[SECONDS + 1];
    private int count;
    private volatile double keysPerSecond;
    private volatile double bytesPerSecond;

    Rates(Counters counters) {
        this.counters = counters;
    }

    /** To be called often; looks once a second. */
    void sample() {
        long now = System.nanoTime();
        int latest = (count + SECONDS) % (SECONDS + 1);
        if (count > 0 && now - at[latest] < TimeUnit.SECONDS.toNanos(1)) {
            return;
        }
        int here = count % (SECONDS + 1);
        at[here] = now;
        keys[here] = counters.keysCopied.sum() + counters.keysFollowed.sum();
        bytes[here] = counters.bytes.sum();
        count++;
        if (count > 1) {
            int oldest = count > SECONDS ? count % (SECONDS + 1) : 0;
            double seconds = (now - at[oldest]) / 1e9;
            keysPerSecond = seconds > 0 ? (keys[here] - keys[oldest]) / seconds : 0;
            bytesPerSecond = seconds > 0 ? (bytes[here] - bytes[oldest]) / seconds : 0;
        }
    }

    double keysPerSecond() {
        return keysPerSecond;
    }

    double bytesPerSecond() {
        return bytesPerSecond;
    }

    /** Seconds to go at this rate; -1 if that is not known, 0 if nothing is left. */
    long etaSeconds(boolean copying, long total) {
        if (!copying) {
            return 0;
        }
        long left = total - counters.keysCopied.sum();
        if (left <= 0) {
            return 0;
        }
        return keysPerSecond < 1 ? -1 : (long) Math.ceil(left / keysPerSecond);
    }
}
