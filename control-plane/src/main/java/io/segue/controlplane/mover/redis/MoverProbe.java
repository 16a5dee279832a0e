package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Finding;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.mover.MoverFactory.Probe;
import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.proto.v1.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks both sides whether they let a mover work, and what it would run into. Changes nothing there. For one look. */
final class MoverProbe {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final String KEY = PieceCopy.PREFIX + "probe";
    private static final long MOST_SKEW_MS = 500;

    private final MoverSpec spec;
    private final List<Finding> findings = new ArrayList<>();

    MoverProbe(MoverSpec spec) {
        this.spec = spec;
    }

    Probe look() {
        String feed = "";
        try {
            RedisSide authority = side(spec.authority(), "the authority");
            RedisSide follower = side(spec.follower(), "the follower");
            feed = ask(authority, follower);
        } catch (IOException e) {
            blocker(
                    "endpoint_unreachable",
                    String.valueOf(e.getMessage()),
                    "check host, port, credentials and the network between");
        }
        return new Probe(feed, List.copyOf(findings));
    }

    private static RedisSide side(Endpoint endpoint, String what) throws IOException {
        try {
            return RedisSide.look(endpoint.getWriteConn(), TIMEOUT);
        } catch (IOException e) {
            throw new IOException(what + " (" + endpoint.getId() + ") cannot be used: " + e.getMessage(), e);
        }
    }

    private String ask(RedisSide authority, RedisSide follower) throws IOException {
        try (RedisConnection from = authority.open(0, "segue-probe");
                RedisConnection to = follower.open(0, "segue-probe")) {
            canRead(authority, from);
            canWrite(to);
            databases(authority, follower, from);
            memory(from, to);
            modules(from, to);
            functions(authority, follower, from);
            clocks(from, to);
        }
        return feed(authority);
    }

    private void canRead(RedisSide authority, RedisConnection from) throws IOException {
        need(from, "the authority", "SCAN", "0", "COUNT", "1");
        need(from, "the authority", "DUMP", KEY);
        need(from, "the authority", authority.facts().tellsExpiry() ? "PEXPIRETIME" : "PTTL", KEY);
        need(from, "the authority", "TYPE", KEY);
    }

    private void canWrite(RedisConnection to) throws IOException {
        need(to, "the follower", "UNLINK", KEY);
        need(to, "the follower", "CLIENT", "LIST");
        need(to, "the follower", "CLIENT", "KILL", "ID", Long.toString(Long.MAX_VALUE));
        RedisError refused = refusal(to, "RESTORE", KEY, "0", "x");
        // A payload of one byte is refused by a server that would take a good one.
        if (refused != null && !refused.text().contains("payload") && !moved(refused)) {
            blocker(
                    "follower_forbids",
                    "the follower does not let the mover write: RESTORE: " + refused.text(),
                    "permit RESTORE to the user of endpoint " + spec.follower().getId());
        }
    }

    private static @Nullable RedisError refusal(RedisConnection connection, String... command) throws IOException {
        connection.send(command);
        connection.flush();
        return connection.read() instanceof RedisError error ? error : null;
    }

    private static boolean moved(RedisError error) {
        return error.is("MOVED") || error.is("ASK");
    }

    private void need(RedisConnection connection, String side, String... command) throws IOException {
        RedisError error = refusal(connection, command);
        if (error != null && !moved(error) && !error.text().contains("No such client")) {
            blocker(
                    side.endsWith("authority") ? "authority_forbids" : "follower_forbids",
                    side + " does not let the mover work: " + command[0] + ": " + error.text(),
                    "permit " + command[0] + " to the endpoint's user");
        }
    }

    private void databases(RedisSide authority, RedisSide follower, RedisConnection from) throws IOException {
        List<Integer> others = Facts.databases(from).stream()
                .filter(db -> db != authority.database())
                .toList();
        if (others.isEmpty()) {
            return;
        }
        if (follower.cluster()) {
            blocker(
                    "databases",
                    "the authority holds keys in databases " + others + ", and a cluster has only database 0",
                    "move those keys first, or use a follower that is no cluster");
        } else if (authority.database() != 0 || follower.database() != 0) {
            warning(
                    "databases",
                    "databases " + others + " of the authority are not moved, because an endpoint names one database",
                    "name no database in either endpoint to move them all");
        }
    }

    private void memory(RedisConnection from, RedisConnection to) throws IOException {
        long used = number(info(from, "memory").getOrDefault("used_memory", "0"));
        Map<String, String> there = info(to, "memory");
        long most = number(there.getOrDefault("maxmemory", "0"));
        long taken = number(there.getOrDefault("used_memory", "0"));
        if (most > 0 && spec.movement() != Movement.CHANGES_ONLY && taken + used > most) {
            warning(
                    "follower_memory",
                    "the authority uses " + used + " bytes, and the follower has room for " + Math.max(0, most - taken),
                    "raise maxmemory of the follower");
        }
    }

    private void modules(RedisConnection from, RedisConnection to) throws IOException {
        Set<String> missing = names(from);
        missing.removeAll(names(to));
        if (!missing.isEmpty()) {
            warning(
                    "modules",
                    "the follower lacks modules of the authority: " + missing
                            + "; keys of their types cannot be copied",
                    "load the same modules there");
        }
    }

    private static Set<String> names(RedisConnection connection) throws IOException {
        connection.send("MODULE", "LIST");
        connection.flush();
        Set<String> names = new HashSet<>();
        if (connection.read() instanceof List<?> modules) {
            for (Object module : modules) {
                if (module instanceof List<?> parts && parts.size() > 1 && parts.get(1) instanceof byte[] name) {
                    names.add(new String(name, StandardCharsets.UTF_8));
                }
            }
        }
        return names;
    }

    private void functions(RedisSide authority, RedisSide follower, RedisConnection from) throws IOException {
        if (!authority.facts().hasFunctions() || follower.facts().hasFunctions()) {
            return;
        }
        if (from.call("FUNCTION", "LIST") instanceof List<?> libraries && !libraries.isEmpty()) {
            warning(
                    "functions",
                    "the authority has function libraries, and the follower ("
                            + follower.facts().version() + ") knows no functions: FCALL will fail there",
                    "upgrade the follower to 7.0 or newer");
        }
    }

    private void clocks(RedisConnection from, RedisConnection to) throws IOException {
        long skew = Math.abs(time(from) - time(to));
        if (skew > MOST_SKEW_MS) {
            warning(
                    "clock_skew",
                    "the clocks of the two sides differ by " + skew + " ms: keys expire that much earlier or later",
                    "synchronise the clocks (NTP)");
        }
    }

    private static long time(RedisConnection connection) throws IOException {
        if (connection.call("TIME") instanceof List<?> parts
                && parts.size() == 2
                && parts.get(0) instanceof byte[] seconds
                && parts.get(1) instanceof byte[] micros) {
            return number(new String(seconds, StandardCharsets.US_ASCII)) * 1_000
                    + number(new String(micros, StandardCharsets.US_ASCII)) / 1_000;
        }
        throw new IOException("TIME: an unexpected reply");
    }

    private String feed(RedisSide authority) throws IOException {
        boolean tracks = tracks(authority);
        boolean replicates = replicates(authority);
        boolean snapshot = spec.movement() == Movement.SNAPSHOT;
        if (snapshot) {
            if (!replicates) {
                blocker(
                        "no_snapshot",
                        "the authority does not let the mover be its replica (PSYNC), so there is no point-in-time view",
                        "permit PSYNC and REPLCONF to the endpoint's user, or use data movement \"scan\"");
            }
            return replicates ? "none" : "";
        }
        boolean psync = spec.feed() == FeedChoice.PSYNC;
        if (psync ? replicates : tracks) {
            return psync ? "psync" : "tracking";
        }
        if (spec.feed() == FeedChoice.AUTO && replicates) {
            return "psync";
        }
        blocker(
                "no_feed",
                "the authority offers no change feed that the mover may use (asked for: "
                        + spec.feed().name().toLowerCase(Locale.ROOT) + ")",
                "permit CLIENT TRACKING and HELLO 3 (Redis 6.0 or newer), or PSYNC and REPLCONF");
        return "";
    }

    private static boolean tracks(RedisSide authority) throws IOException {
        if (!authority.facts().tracks()) {
            return false;
        }
        try (RedisConnection connection = authority.open(0, "segue-probe")) {
            return refusal(connection, "HELLO", "3") == null
                    && refusal(connection, "CLIENT", "TRACKING", "ON", "BCAST") == null;
        }
    }

    private static boolean replicates(RedisSide authority) throws IOException {
        try (RedisConnection connection = authority.open(0, "segue-probe")) {
            RedisError error = refusal(connection, "REPLCONF", "capa", "psync2");
            if (error != null) {
                return false;
            }
            // Without an argument it is refused for that, where it is permitted and known.
            RedisError psync = refusal(connection, "PSYNC");
            return psync != null && psync.text().contains("wrong number of arguments");
        }
    }

    private static Map<String, String> info(RedisConnection connection, String section) throws IOException {
        return connection.call("INFO", section) instanceof byte[] text ? Redis.info(text) : Map.of();
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void blocker(String code, String message, String mend) {
        findings.add(new Finding(true, code, message, mend));
    }

    private void warning(String code, String message, String mend) {
        findings.add(new Finding(false, code, message, mend));
    }
}
