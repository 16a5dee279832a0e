package io.segue.proxy.session;

import io.segue.proxy.protocol.Limits;

/**
 * Limits of one client.
 *
 * @param frames how large and deep requests and replies may be
 * @param maxInFlight requests without an answer; more are read when those are answered
 * @param maxUnreadBytes received and not yet served; more is read when it is
 * @param maxOutputBytes answers that the client does not read; more ends its connection
 */
public record SessionSettings(Limits frames, int maxInFlight, int maxUnreadBytes, long maxOutputBytes) {
    /** What a proxy uses unless told otherwise. */
    public static final SessionSettings DEFAULT = new SessionSettings(Limits.DEFAULT, 8192, 1 << 20, 1L << 30);
}
