package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.DumpPayload;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.proto.v1.ConflictRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries the function libraries of the authority over (<a href="https://redis.io/docs/latest/commands/function-dump/">FUNCTION DUMP</a>). No feed names
 * their changes, so they are looked at again and again; there are few of them. For one thread at a time.
 */
final class Functions {
    private static final byte[] RESTORE = "RESTORE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FUNCTION = "FUNCTION".getBytes(StandardCharsets.US_ASCII);

    /** A payload without libraries: version and checksum only. */
    private static final int EMPTY = 10;

    private final MoverContext context;
    private byte @Nullable [] last;
    private final Set<String> carried = new HashSet<>();
    /** Whether the follower may have lost what was carried. */
    private volatile boolean lost;

    Functions(MoverContext context) {
        this.context = context;
    }

    /** Whether both sides know functions. */
    boolean possible() {
        return context.authoritySide().facts().hasFunctions()
                && context.followerSide().facts().hasFunctions();
    }

    /** The follower may have lost its libraries: the next {@link #sync} brings all of them. */
    void forget() {
        lost = true;
    }

    /** Brings the follower's libraries in step. */
    synchronized void sync() throws IOException {
        if (!possible()) {
            return;
        }
        boolean again = lost;
        lost = false;
        boolean done = false;
        try {
            sync(again);
            done = true;
        } finally {
            lost |= again && !done;
        }
    }

    private void sync(boolean again) throws IOException {
        try (RedisConnection from = context.openAuthority(0)) {
            if (!(from.call("FUNCTION", "DUMP") instanceof byte[] dump)) {
                throw new IOException("FUNCTION DUMP: an unexpected reply");
            }
            boolean same = !again && Arrays.equals(dump, last);
            if (same || (last == null && dump.length <= EMPTY)) {
                return;
            }
            Set<String> names = names(from);
            int version = context.followerSide().facts().rdbVersion();
            boolean newer = dump.length > EMPTY && DumpPayload.rdbVersion(dump) > version;
            byte[] payload = newer ? DumpPayload.restamp(dump, version) : dump;
            for (int node = 0; node < context.followerSide().nodes().size(); node++) {
                try (RedisConnection to = context.followerSide().open(node, context.threadName("functions"))) {
                    carry(to, payload, names);
                }
            }
            carried.clear();
            carried.addAll(names);
            last = dump;
        }
    }

    private void carry(RedisConnection to, byte[] payload, Set<String> names) throws IOException {
        boolean keep = context.spec().rule() == ConflictRule.CONFLICT_RULE_NONE && last == null;
        Set<String> there = names(to);
        if (keep && names.stream().anyMatch(there::contains)) {
            return;
        }
        to.call(FUNCTION, RESTORE, payload, "REPLACE".getBytes(StandardCharsets.US_ASCII));
        for (String name : carried) {
            if (!names.contains(name) && there.contains(name)) {
                to.call("FUNCTION", "DELETE", name);
            }
        }
    }

    private static Set<String> names(RedisConnection connection) throws IOException {
        Set<String> names = new HashSet<>();
        if (connection.call("FUNCTION", "LIST") instanceof List<?> libraries) {
            for (Object library : libraries) {
                if (library instanceof List<?> parts && parts.size() > 1 && parts.get(1) instanceof byte[] name) {
                    names.add(new String(name, StandardCharsets.UTF_8));
                }
            }
        }
        return names;
    }
}
