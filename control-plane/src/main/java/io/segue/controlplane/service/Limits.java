package io.segue.controlplane.service;

import java.time.Duration;

/**
 * How long and how many.
 *
 * @param acknowledgement how long a change waits for the proxies to acknowledge it
 * @param report how long a check waits for every proxy to send a fresh report
 * @param turn how long a change waits for the one before it
 * @param waiting how many changes may wait at once
 */
public record Limits(Duration acknowledgement, Duration report, Duration turn, int waiting) {
    /** Five seconds, three seconds, thirty seconds, 64 callers. */
    public static final Limits DEFAULT =
            new Limits(Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(30), 64);
}
