package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.DumpPayload;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.proto.v1.ConflictRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries the function libraries of the authority over (<a href="https://redis.io/docs/latest/commands/function-dump/">FUNCTION DUMP</a>). No feed names
 * their changes, so they are looked at again and again; there are few of them. Libraries that stood on the follower before are left alone where
 * the conflict rule is to keep what stood there, and are never removed unless the authority had one of that name. Thread-safe.
 */
final class Functions {
    private static final byte[] RESTORE = "RESTORE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LOAD = "LOAD".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLACE = "REPLACE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FUNCTION = "FUNCTION".getBytes(StandardCharsets.US_ASCII);

    private final MoverContext context;
    private final Set<String> standing;
    private byte @Nullable [] last;
    private final Set<String> carried = new HashSet<>();
    /** Whether the follower may have lost what was carried. */
    private volatile boolean lost;

    Functions(MoverContext context) {
        this.context = context;
        this.standing = Set.copyOf(context.checkpoint().standingFunctions());
    }

    /** Libraries that stand on a side now, on any of its servers. */
    static Set<String> standing(RedisSide side, String connection) throws IOException {
        Set<String> names = new HashSet<>();
        for (int node = 0; side.facts().hasFunctions() && node < side.nodes().size(); node++) {
            try (RedisConnection there = side.open(node, connection)) {
                names.addAll(libraries(there).keySet());
            }
        }
        return names;
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
    synchronized void sync() throws IOException, SupersededException {
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

    private void sync(boolean again) throws IOException, SupersededException {
        try (RedisConnection from = context.openAuthority(0)) {
            if (!(from.call("FUNCTION", "DUMP") instanceof byte[] dump)) {
                throw new IOException("FUNCTION DUMP: an unexpected reply");
            }
            if (!again && Arrays.equals(dump, last)) {
                return;
            }
            Map<String, byte[]> libraries = libraries(from);
            RedisSide side = context.followerSide();
            List<RedisConnection> all = context.fencedConnections(side, "functions");
            try {
                for (RedisConnection to : all) {
                    carry(to, dump, libraries);
                }
            } finally {
                all.forEach(RedisConnection::close);
            }
            carried.clear();
            carried.addAll(libraries.keySet());
            last = dump;
        }
    }

    private void carry(RedisConnection to, byte[] dump, Map<String, byte[]> libraries) throws IOException {
        Set<String> there = libraries(to).keySet();
        if (context.spec().rule() == ConflictRule.CONFLICT_RULE_NONE
                && libraries.keySet().stream().anyMatch(standing::contains)) {
            for (Map.Entry<String, byte[]> library : libraries.entrySet()) {
                if (!standing.contains(library.getKey())) {
                    to.call(FUNCTION, LOAD, REPLACE, library.getValue());
                }
            }
        } else if (!libraries.isEmpty()) {
            int version = context.followerSide().facts().rdbVersion();
            boolean newer = DumpPayload.rdbVersion(dump) > version;
            to.call(FUNCTION, RESTORE, newer ? DumpPayload.restamp(dump, version) : dump, REPLACE);
        }
        for (String name : there) {
            boolean ours = !standing.contains(name)
                    || (carried.contains(name) && context.spec().rule() != ConflictRule.CONFLICT_RULE_NONE);
            if (ours && !libraries.containsKey(name)) {
                to.call("FUNCTION", "DELETE", name);
            }
        }
    }

    /** Names and code of the libraries of a server. */
    private static Map<String, byte[]> libraries(RedisConnection connection) throws IOException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        if (connection.call("FUNCTION", "LIST", "WITHCODE") instanceof List<?> libraries) {
            for (Object library : libraries) {
                if (library instanceof List<?> fields
                        && field(fields, "library_name") instanceof byte[] name
                        && field(fields, "library_code") instanceof byte[] code) {
                    found.put(new String(name, StandardCharsets.UTF_8), code);
                }
            }
        }
        return found;
    }

    private static @Nullable Object field(List<?> fields, String wanted) {
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (fields.get(i) instanceof byte[] name && new String(name, StandardCharsets.US_ASCII).equals(wanted)) {
                return fields.get(i + 1);
            }
        }
        return null;
    }
}
