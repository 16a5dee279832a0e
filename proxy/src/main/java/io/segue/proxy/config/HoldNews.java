package io.segue.proxy.config;

/**
 * Holds of this proxy, for the control plane. The counters grow from the start of the process.
 *
 * @param count how often work was held
 * @param longestUs the longest of these times, in microseconds
 * @param parked requests that wait for a decision right now
 */
public record HoldNews(long count, long longestUs, long parked) {
    /** Nothing was ever held. */
    public static final HoldNews NONE = new HoldNews(0, 0, 0);
}
