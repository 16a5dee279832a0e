package io.segue.loadtest.load;

import java.util.List;

/**
 * What load to put on the proxies.
 *
 * @param proxyPorts where the proxies serve, on 127.0.0.1
 * @param connectionsPerProxy at least 1
 * @param ratePerSecond requests per second in total, above 0
 * @param readShare share of the requests that read, 0.0 to 1.0
 * @param maxInFlight requests without an answer at which no more are sent; those due are counted as errors
 * @param seed of the random choice of keys, so that a run can be repeated
 */
public record LoadSettings(
        List<Integer> proxyPorts,
        int connectionsPerProxy,
        double ratePerSecond,
        double readShare,
        int maxInFlight,
        long seed) {
    /** Checks the ranges. */
    public LoadSettings {
        proxyPorts = List.copyOf(proxyPorts);
        if (proxyPorts.isEmpty()) {
            throw new IllegalArgumentException("proxyPorts: none (expected: at least one)");
        }
        if (connectionsPerProxy < 1) {
            throw new IllegalArgumentException(
                    "connectionsPerProxy: " + connectionsPerProxy + " (expected: at least 1)");
        }
        if (!(readShare >= 0 && readShare <= 1)) {
            throw new IllegalArgumentException("readShare: " + readShare + " (expected: 0.0 to 1.0)");
        }
    }
}
