package io.segue.controlplane.service;

import java.time.Duration;

/**
 * How long and how many.
 *
 * @param acknowledgement how long a change waits for the proxies to acknowledge it
 * @param report how long a check waits for every proxy to send a fresh report
 * @param turn how long a change waits for the one before it
 * @param waiting how many changes may wait at once
 * @param gate how long the movers may take to carry over what is left while the proxies hold
 * @param settle how long after the last proxy has changed over an effect of the time before may still be under way; longer than the
 *     proxies leave a dual write unanswered
 * @param retry how long to wait before something that failed is tried again; doubled each time
 * @param look how often to look after the movers
 * @param hold how long the proxies may hold the work on keys that change sides
 */
public record Limits(
        Duration acknowledgement,
        Duration report,
        Duration turn,
        int waiting,
        Duration gate,
        Duration settle,
        Duration retry,
        Duration look,
        Duration hold) {
    /**
     * Five seconds, three seconds, thirty seconds, 64 callers; two seconds, one second, one second, a quarter of a second; two seconds.
     */
    public static final Limits DEFAULT = new Limits(
            Duration.ofSeconds(5),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30),
            64,
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(250),
            Duration.ofSeconds(2));

    /** The same with another limit for holds. */
    public Limits withHold(Duration limit) {
        return new Limits(acknowledgement, report, turn, waiting, gate, settle, retry, look, limit);
    }
}
