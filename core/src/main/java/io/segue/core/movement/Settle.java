package io.segue.core.movement;

/**
 * When an effect of a dual write can no longer be under way to the follower. Times are those of one monotonic clock of the caller, in
 * nanoseconds, and may wrap around; only differences are used, so the clocks of proxy and mover need not agree.
 *
 * <p>The two sides of the bargain: a proxy counts the age of a dual write from the moment at which it began to send the request to the
 * <em>authority</em>, and reports the key once more when the dual write ended {@linkplain #late late}; it has ended when the follower
 * has answered, or the connection that may carry it was fenced, or it was not sent at all. The mover counts from the moment at
 * which a change was named to it, which is later than the authority executed it, which is later than the proxy sent it. So every dual write
 * that can have caused a named change has either ended when the mover's {@linkplain #over settle is over}, or its key will be reported.
 * No process needs to be on time for that; the bound only decides how many reports there are.
 *
 * <p>Counting from the sending of the effect would not do: the reply of the authority, which comes before it, may be late by itself.
 */
public final class Settle {
    /** What the mover waits beyond the bound: two clocks that differ by 1 in 1,000 over some ten seconds. */
    private static final long MARGIN_NS = 20_000_000;

    private Settle() {}

    /**
     * For the mover: whether no dual write that led to a change named at {@code lastChangeNs} or before is under way, but for late ones.
     *
     * @param nowNs when the comparison begins, or the copy: before anything of it is sent
     * @param boundNs the age at which a proxy calls a dual write late; 0 while nobody but the mover writes the follower
     */
    public static boolean over(long nowNs, long lastChangeNs, long boundNs) {
        return remainingNs(nowNs, lastChangeNs, boundNs) == 0;
    }

    /** For the mover: how long until {@link #over}, 0 if it is. */
    public static long remainingNs(long nowNs, long lastChangeNs, long boundNs) {
        if (boundNs < 0) {
            throw new IllegalArgumentException("bound: " + boundNs + " ns (expected: 0 or more)");
        }
        return boundNs == 0 ? 0 : Math.max(0, boundNs + MARGIN_NS - (nowNs - lastChangeNs));
    }

    /**
     * For a proxy: whether the key of a dual write must be reported to the mover, since it may have been compared before the write ended.
     *
     * @param beganNs when the request was given to the connection of the authority, or before
     * @param endedNs when the follower's answer, or the confirmation of the fence, was seen
     * @param boundNs as for {@link #over}; above 0
     */
    public static boolean late(long beganNs, long endedNs, long boundNs) {
        return endedNs - beganNs >= boundNs;
    }
}
