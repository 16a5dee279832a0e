package io.segue.loadtest.demo;

import java.time.Duration;

/**
 * How big a demo.
 *
 * @param keys how many keys there are, at least 1
 * @param proxies how many proxies, at least 1
 * @param connectionsPerProxy of the load, at least 1
 * @param rate requests per second, above 0
 * @param readShare share of the requests that read
 * @param duration of the load, over all stages
 */
record DemoSettings(int keys, int proxies, int connectionsPerProxy, double rate, double readShare, Duration duration) {
    DemoSettings {
        if (keys < 1) {
            throw new IllegalArgumentException("--keys: " + keys + " (expected: at least 1)");
        }
        if (!(rate > 0)) {
            throw new IllegalArgumentException("--rate: " + rate + " (expected: above 0)");
        }
        if (duration.toMillis() < 1_000) {
            throw new IllegalArgumentException("--duration: " + duration + " (expected: at least 1 second)");
        }
    }

    /** How long a stage of weight 1 lasts, of stages that weigh {@code total} together. */
    Duration unit(int total) {
        return duration.dividedBy(total);
    }
}
