package io.segue.controlplane.mover.redis;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Which databases are moved, and what they are called at the follower. Where neither endpoint names a database, all of the server's that
 * were ever seen with keys; else only the one that is named: the others may belong to somebody else. Thread-safe.
 */
final class Databases {
    private final int authority;
    private final int follower;
    private final boolean all;
    private final Set<Integer> seen = new ConcurrentSkipListSet<>();

    Databases(RedisSide authority, RedisSide follower) {
        this.authority = authority.database();
        this.follower = follower.database();
        boolean named = this.authority != 0 || this.follower != 0;
        // A cluster has only database 0.
        this.all = !named && !authority.cluster() && !follower.cluster();
        seen.add(this.authority);
    }

    /** Whether there may be more than one. */
    boolean all() {
        return all;
    }

    /** Whether keys of this database of the authority are moved. */
    boolean moves(int db) {
        return all || db == authority;
    }

    /** Takes note of databases that hold keys, at either side; ignored where only one is moved. */
    void saw(Collection<Integer> databases) {
        if (all) {
            seen.addAll(databases);
        }
    }

    /** The authority's numbers of those that are moved, in order. */
    List<Integer> list() {
        return List.copyOf(seen);
    }

    /** What {@code db} of the authority is called at the follower. */
    int atFollower(int db) {
        return all ? db : follower;
    }

    /** What {@code db} of the follower is called at the authority. */
    int atAuthority(int db) {
        return all ? db : authority;
    }
}
