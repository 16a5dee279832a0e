package io.segue.core.planchange;

/**
 * How a proxy that cannot be reached is kept from writing, so that the others need not wait for it.
 *
 * <p>The control plane leaves a mark at every database, and then kills the connections of that proxy there. A proxy names a new connection
 * before it looks for the mark, and the mark is set before connections are listed: either the proxy sees the mark, or its connection is
 * seen and killed. A proxy that finds a mark above the version it runs sends nothing on that connection. Once it has taken a
 * configuration that is not older than the mark, it is one of the fleet again.
 */
public final class Eviction {
    private static final String NAME = "segue-proxy:";
    private static final String MARK = "segue:evicted:";

    private Eviction() {}

    /**
     * What the connections of one process of a proxy are called at the databases. No blanks, so that it may be a client name.
     *
     * @param incarnation of that process: another one after each start
     */
    public static String connectionName(String proxy, String incarnation) {
        return prefix(proxy) + incarnation;
    }

    /** Whether a connection of this name belongs to {@code proxy}, to whichever of its processes. */
    public static boolean isOf(String proxy, String connectionName) {
        return connectionName.startsWith(prefix(proxy))
                && connectionName.indexOf(':', prefix(proxy).length()) < 0;
    }

    private static String prefix(String proxy) {
        return NAME + proxy + ":";
    }

    /** The key of the mark, in database 0. */
    public static String markKey(String proxy) {
        return MARK + proxy;
    }

    /**
     * Whether a proxy must not use a database.
     *
     * @param mark what stands there: the version from which on it is welcome again; 0 if nothing does
     * @param runs the version it runs; 0 if none
     */
    public static boolean shutOut(long mark, long runs) {
        return mark > runs;
    }

    /** The number in a mark; 0 if that is none. */
    public static long mark(String value) {
        boolean number =
                !value.isEmpty() && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Long.parseLong(value) : 0;
    }
}
