package io.segue.proxy.session;

import io.segue.proxy.protocol.Limits;

/**
 * Limits of one client.
 *
 * @param frames how large and deep requests and replies may be
 * @param maxInFlight requests without an answer; more are read when those are answered
 * @param maxUnreadBytes received and not yet served; more is read when it is
 * @param maxOutputBytes answers that the client does not read; more ends its connection
 * @param maxParked requests of one interlay that wait at once because their keys are changing sides; more are answered with an error
 * @param maxParkedBytes bytes of those requests, and of what their clients have sent after them
 */
public record SessionSettings(
        Limits frames, int maxInFlight, int maxUnreadBytes, long maxOutputBytes, int maxParked, long maxParkedBytes) {
    /** What a proxy uses unless told otherwise. */
    public static final SessionSettings DEFAULT = new SessionSettings(Limits.DEFAULT, 8192, 1 << 20, 1L << 30);

    /** The usual limits of what may wait: 100,000 requests and 256 MB. */
    public SessionSettings(Limits frames, int maxInFlight, int maxUnreadBytes, long maxOutputBytes) {
        this(frames, maxInFlight, maxUnreadBytes, maxOutputBytes, 100_000, 256L << 20);
    }
}
