package io.segue.proxy.engine;

/**
 * Limits of the request path, in milliseconds.
 *
 * @param rescueBudgetMs how long a read may wait for the side that is not the authority, and a client's write for the follower
 * @param followerTimeoutMs age of an unanswered request at which the connection to the follower is given up
 * @param requestTimeoutMs age of an unanswered request at which the connection to the authority is given up
 */
public record Settings(long rescueBudgetMs, long followerTimeoutMs, long requestTimeoutMs) {
    /** What a proxy uses unless told otherwise. */
    public static final Settings DEFAULT = new Settings(50, 500, 60_000);

    /** The same with another rescue budget. */
    public Settings withRescueBudgetMs(long budgetMs) {
        return new Settings(budgetMs, followerTimeoutMs, requestTimeoutMs);
    }
}
