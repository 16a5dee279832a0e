package io.segue.proxy.upstream;

/**
 * The connection state that all users of a shared lane have in common.
 *
 * @param protocolVersion 2 or 3 for Redis
 * @param db database number
 * @param use whose requests it carries: repair has lanes of its own, so that a big value never stands before a client's request
 */
public record LaneProfile(int protocolVersion, int db, Use use) {
    /** Whose requests a lane carries. */
    public enum Use {
        CLIENTS,
        REPAIR
    }

    /** A lane for clients. */
    public static LaneProfile clients(int protocolVersion, int db) {
        return new LaneProfile(protocolVersion, db, Use.CLIENTS);
    }

    /** A lane for the repair of {@code db}. */
    public static LaneProfile repair(int db) {
        return new LaneProfile(2, db, Use.REPAIR);
    }
}
