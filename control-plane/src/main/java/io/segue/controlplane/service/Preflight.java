package io.segue.controlplane.service;

import static io.segue.controlplane.service.Findings.add;
import static io.segue.controlplane.service.Findings.blocker;
import static io.segue.controlplane.service.Findings.warning;

import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.preflight.RedisProbe;
import io.segue.controlplane.preflight.ServerFacts;
import io.segue.controlplane.push.Arrival;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Kind;
import io.segue.core.validation.NotSupportedException;
import io.segue.core.verdict.Side;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Finding;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.PlannedMovement;
import io.segue.proto.v1.TestMigrationReply;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks, before a migration starts, for what would make it fail. Changes nothing. Thread-safe. */
public final class Preflight {
    private static final String CLUSTER_MEND =
            "use an endpoint that is not a cluster, or move only the data: canary with"
                    + " read_percentage 0.0 and a cutover with write_percentage 0.0";
    private static final String UNREACHABLE_MEND = "check host, port, credentials and the network between";

    private final Records records;
    private final EndpointVault vault;
    private final ProxyHub hub;
    private final RedisProbe probe;
    private final Movers movers;
    private final CensusService census;
    private final Clock clock;

    Preflight(
            Records records,
            EndpointVault vault,
            ProxyHub hub,
            RedisProbe probe,
            Movers movers,
            CensusService census,
            Clock clock) {
        this.records = records;
        this.vault = vault;
        this.hub = hub;
        this.probe = probe;
        this.movers = movers;
        this.census = census;
        this.clock = clock;
    }

    /** All findings about a migration. It is valid when none of them blocks. */
    public TestMigrationReply test(String id) {
        return test(records.migration(id).value());
    }

    private TestMigrationReply test(Migration migration) {
        TestMigrationReply.Builder reply = TestMigrationReply.newBuilder();
        general(migration, reply);
        Map<String, Optional<ServerFacts>> seen = new HashMap<>();
        for (MigrationInterlay moved : migration.getInterlaysList()) {
            interlay(migration, moved, seen, reply);
        }
        movement(migration, seen, reply);
        wayBack(migration, seen, reply);
        guardrails(migration, reply);
        fleet(migration, reply);
        boolean blocked = reply.getFindingsList().stream().anyMatch(f -> f.getSeverity() == Finding.Severity.BLOCKER);
        return reply.setValid(!blocked).build();
    }

    private void general(Migration migration, TestMigrationReply.Builder reply) {
        if (migration.getInterlaysCount() == 0) {
            blocker(
                    reply,
                    "nothing_to_move",
                    "the migration has no interlay and no API",
                    "add one with POST /api/v1/migrations/{id}/interlay/{interlay} or …/api/{api}");
        }
        try {
            StrategyMapper.fromProto(migration.getStrategy());
        } catch (NotSupportedException e) {
            blocker(reply, "strategy_not_supported", String.valueOf(e.getMessage()), "choose another strategy");
        }
        takeOver(migration, reply);
        if (migration.getData().hasSnapshot()) {
            warning(reply, "snapshot_only", Warnings.SNAPSHOT_ONLY, "choose scan, unless OLD is not written meanwhile");
        }
        SideFindings.about(migration, clock.instant(), reply);
        if (hub.connected() == 0) {
            warning(reply, "no_proxy", "no proxy is connected, so nothing routes traffic yet", "start a proxy");
        }
    }

    private void takeOver(Migration migration, TestMigrationReply.Builder reply) {
        Routing wanted;
        try {
            wanted = Routing.of(migration, migration.getStrategy());
        } catch (NotSupportedException e) {
            // Said before.
            return;
        }
        TakeOver.refusal(migration, wanted).ifPresent(why -> blocker(reply, "policy_with_scan", why, TakeOver.MEND));
        if (wanted.takesOver()) {
            warning(
                    reply,
                    "policy_per_proxy",
                    "which keys have their later state on NEW is known to the proxy that wrote them, and to no other, and is"
                            + " lost with its process: another proxy may read the older state on OLD, or write on top of it",
                    "have each key written through one proxy, or use old_authoritative or both_required");
        }
    }

    private void interlay(
            Migration migration,
            MigrationInterlay moved,
            Map<String, Optional<ServerFacts>> seen,
            TestMigrationReply.Builder reply) {
        if (!records.has(Kind.INTERLAY, moved.getInterlay())) {
            blocker(reply, "interlay_missing", "interlay " + moved.getInterlay() + " does not exist", "create it");
            return;
        }
        if (!moved.hasApi()) {
            reply.addInterlaysTested(moved.getInterlay());
        } else if (!reply.getApisTestedList().contains(moved.getApi().getApi())) {
            reply.addApisTested(moved.getApi().getApi());
        }
        boolean served = touchesNew(migration);
        Optional<ServerFacts> before = look(moved.getOldEndpoint(), "OLD", served, seen, reply);
        Optional<ServerFacts> after = look(moved.getNewEndpoint(), "NEW", served, seen, reply);
        if (before.isPresent() && after.isPresent() && after.get().olderThan(before.get())) {
            warning(
                    reply,
                    "version_older",
                    "NEW (" + moved.getNewEndpoint() + ") runs " + after.get().version() + ", OLD runs "
                            + before.get().version() + ": commands of the newer version will fail there",
                    "upgrade NEW, or make sure that no client needs the newer version");
        }
        new Evidence(census.of(moved.getInterlay()), reply)
                .look(before, after, routing(migration), splitsKeys(migration));
        if (after.isPresent() && after.get().evicts()) {
            warning(
                    reply,
                    "new_evicts",
                    "NEW (" + moved.getNewEndpoint() + ") throws keys away when its memory is full (maxmemory-policy "
                            + after.get().evictionPolicy() + ")",
                    "give it enough memory, or set maxmemory-policy to noeviction");
        }
    }

    /** Limits that will never have figures never pass. */
    private static void guardrails(Migration migration, TestMigrationReply.Builder reply) {
        boolean waits = migration.hasGuardrails() && migration.getStrategy().hasTimeWindow();
        if (waits && !routing(migration).map(Routing::touchesNew).orElse(true)) {
            blocker(
                    reply,
                    "guardrails_without_traffic",
                    "nothing is sent to NEW before the switch, so the guardrails have no figures then and are not"
                            + " passed, which is what a switch that happens by itself waits for",
                    "use write_mode dual_write, or set the guardrails after the switch");
        }
        boolean compares = migration.getStrategy().hasShadowTraffic();
        if (migration.getGuardrails().hasMaxDivergenceRate() && !compares) {
            warning(
                    reply,
                    "guardrail_without_data",
                    "max_divergence_rate is judged by compared replies, and this strategy compares none: the guardrails"
                            + " are never passed, which is what a switch that happens by itself waits for",
                    "leave max_divergence_rate out, or run shadow_traffic first");
        }
    }

    /** Whether every proxy would take the plan: a change that gives keys another side needs all of them. */
    private void fleet(Migration migration, TestMigrationReply.Builder reply) {
        boolean moves = routing(migration)
                .map(then -> AuthorityShift.between(Routing.toSide(migration, Side.OLD), then, Optional.empty())
                        .moves())
                .orElse(true);
        Arrival now = hub.awaitArrival(hub.targetVersion(), Duration.ZERO);
        if (!now.disconnected().isEmpty()) {
            // After a copy the switch waits for the proxy; without one it would come now.
            add(
                    reply,
                    moves && !Warnings.wantsCopy(migration) ? Finding.Severity.BLOCKER : Finding.Severity.WARNING,
                    "proxy_disconnected",
                    "no connection to " + String.join(", ", now.disconnected()) + ", which may still serve clients"
                            + (moves ? "; keys change sides on all proxies or on none" : ""),
                    "bring it back, or stop it and forget it with DELETE /api/v1/proxies/{id}");
        }
        if (!now.silent().isEmpty()) {
            add(
                    reply,
                    now.rejection().isPresent() ? Finding.Severity.BLOCKER : Finding.Severity.WARNING,
                    "proxy_behind",
                    String.join(", ", now.silent()) + " does not run the present configuration"
                            + now.rejection()
                                    .map(refused -> ": " + refused.reason())
                                    .orElse(""),
                    "see GET /api/v1/proxies");
        }
    }

    private static Optional<Routing> routing(Migration migration) {
        try {
            return Optional.of(Routing.of(migration, migration.getStrategy()));
        } catch (NotSupportedException e) {
            return Optional.empty();
        }
    }

    /** Whether keys may be split between the sides, now or as a canary's share grows. */
    private static boolean splitsKeys(Migration migration) {
        return routing(migration)
                        .map(then -> then.leavesKeysOn(Side.OLD) && then.leavesKeysOn(Side.NEW))
                        .orElse(false)
                || migration.getStrategy().getCanary().getWriteMode().hasCutover();
    }

    private static boolean touchesNew(Migration migration) {
        try {
            return Routing.of(migration, migration.getStrategy()).touchesNew();
        } catch (NotSupportedException e) {
            return true;
        }
    }

    private Optional<ServerFacts> look(
            String endpoint,
            String side,
            boolean served,
            Map<String, Optional<ServerFacts>> seen,
            TestMigrationReply.Builder reply) {
        Optional<ServerFacts> known = seen.get(endpoint);
        if (known != null) {
            return known;
        }
        Optional<ServerFacts> facts = Optional.empty();
        try {
            facts = Optional.of(probe.look(revealed(endpoint).getWriteConn()));
        } catch (IOException e) {
            blocker(reply, "endpoint_unreachable", unreachable(side, endpoint, e), UNREACHABLE_MEND);
        }
        if (facts.isPresent() && facts.get().cluster()) {
            String message = side + " (" + endpoint + ") runs in cluster mode, which the proxies do not speak yet";
            if (served) {
                blocker(reply, "cluster_mode", message, CLUSTER_MEND);
            } else {
                warning(
                        reply,
                        "cluster_mode",
                        message + ": the data is moved, but no traffic can be sent to NEW",
                        "keep read_percentage and write_percentage at 0.0");
            }
        }
        seen.put(endpoint, facts);
        return facts;
    }

    /** What the movers would run into. Without a copy that is no reason not to start: it goes without them then. */
    private void movement(
            Migration migration, Map<String, Optional<ServerFacts>> seen, TestMigrationReply.Builder reply) {
        boolean copies = Warnings.wantsCopy(migration);
        if (!copies && !needsFeed(migration)) {
            return;
        }
        Movement.Builder planned = Movement.newBuilder();
        Movements.addPairs(migration, planned, Movements.kind(migration.getData()));
        for (MovedPair pair : planned.getPairsList()) {
            if (reached(pair, seen)) {
                pair(migration, pair, copies, reply);
            }
        }
    }

    private static boolean reached(MovedPair pair, Map<String, Optional<ServerFacts>> seen) {
        return Stream.of(pair.getOldEndpoint(), pair.getNewEndpoint())
                .allMatch(id -> seen.getOrDefault(id, Optional.empty()).isPresent());
    }

    /** Whether OLD can follow what is going to be written on NEW. */
    private void wayBack(
            Migration migration, Map<String, Optional<ServerFacts>> seen, TestMigrationReply.Builder reply) {
        if (!touchesNew(migration) || !supported(migration)) {
            return;
        }
        Routing now = Routing.toSide(migration, Side.OLD);
        Routing then = Routing.of(migration, migration.getStrategy());
        if (Following.missing(Optional.empty(), now, then, migration.getStrategy())
                .isEmpty()) {
            return;
        }
        Movement.Builder planned = Movement.newBuilder();
        Movements.addFollowers(migration, planned, Side.NEW);
        for (MovedPair pair : planned.getPairsList()) {
            Optional<String> refusal = reached(pair, seen) ? movers.refusal(migration, pair) : Optional.<String>empty();
            refusal.ifPresent(reason -> add(
                    reply,
                    now.arrivesAlone(Side.NEW, then) ? Finding.Severity.BLOCKER : Finding.Severity.WARNING,
                    "no_way_back",
                    "what is written on NEW (" + pair.getNewEndpoint()
                            + ") cannot be carried back to OLD, so a rollback" + " would lose it: " + reason,
                    "permit a change feed on NEW and writes on OLD, or write to both sides"));
        }
    }

    private static boolean supported(Migration migration) {
        try {
            StrategyMapper.fromProto(migration.getStrategy());
            return true;
        } catch (NotSupportedException e) {
            return false;
        }
    }

    private static boolean needsFeed(Migration migration) {
        try {
            return Routing.of(migration, migration.getStrategy()).needsFeed();
        } catch (NotSupportedException e) {
            return false;
        }
    }

    private void pair(Migration migration, MovedPair pair, boolean copies, TestMigrationReply.Builder reply) {
        MoverFactory.Probe found = movers.probe(migration, pair);
        reply.addMovements(PlannedMovement.newBuilder()
                .setOldEndpoint(pair.getOldEndpoint())
                .setNewEndpoint(pair.getNewEndpoint())
                .setKind(pair.getKind())
                .setFeed(found.feed()));
        for (MoverFactory.Finding finding : found.findings()) {
            add(
                    reply,
                    finding.blocker() && copies ? Finding.Severity.BLOCKER : Finding.Severity.WARNING,
                    finding.code(),
                    finding.message(),
                    finding.mend());
        }
        if (!copies && Movers.refusal(found).isPresent()) {
            warning(
                    reply,
                    "no_feed",
                    "no change feed from " + pair.getOldEndpoint() + ": a key that two proxies write at the same moment"
                            + " may end up with different values on OLD and NEW, and nobody notices",
                    "have each key written through one proxy, or use a server that offers a feed");
        }
    }

    /** Refuses a start while something blocks it. */
    void requireNoBlocker(Migration migration, String force) {
        refuse(test(migration), "cannot migrate now: ", force);
    }

    /** Refuses to send the first traffic to NEW when it cannot be served there. */
    void requireServing(Migration migration, String force) {
        TestMigrationReply.Builder reply = TestMigrationReply.newBuilder();
        Map<String, Optional<ServerFacts>> seen = new HashMap<>();
        for (MigrationInterlay moved : Components.active(migration)) {
            look(moved.getNewEndpoint(), "NEW", true, seen, reply);
        }
        refuse(reply.build(), "cannot send traffic to NEW now: ", force);
    }

    private static void refuse(TestMigrationReply found, String what, String force) {
        List<Finding> blockers = found.getFindingsList().stream()
                .filter(finding -> finding.getSeverity() == Finding.Severity.BLOCKER)
                .toList();
        if (!blockers.isEmpty()) {
            String messages = blockers.stream().map(Finding::getMessage).collect(Collectors.joining("; "));
            throw new ServiceException(
                    Code.CONFLICT,
                    what + messages + force,
                    Map.of("blockers", blockers.stream().map(Finding::getCode).toList()));
        }
    }

    private Endpoint revealed(String endpoint) {
        return vault.revealed(records.endpoint(endpoint).value());
    }

    private static String unreachable(String side, String endpoint, IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return side + " (" + endpoint + ") cannot be used: " + why;
    }
}
