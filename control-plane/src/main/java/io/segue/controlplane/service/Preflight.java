package io.segue.controlplane.service;

import io.segue.controlplane.preflight.RedisProbe;
import io.segue.controlplane.preflight.ServerFacts;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Kind;
import io.segue.core.validation.NotSupportedException;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Finding;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.TestMigrationReply;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Looks, before a migration starts, for what would make it fail. Changes nothing. Thread-safe. */
public final class Preflight {
    private static final String UNREACHABLE_MEND = "check host, port, credentials and the network between";

    private final Records records;
    private final EndpointVault vault;
    private final ProxyHub hub;
    private final RedisProbe probe;

    Preflight(Records records, EndpointVault vault, ProxyHub hub, RedisProbe probe) {
        this.records = records;
        this.vault = vault;
        this.hub = hub;
        this.probe = probe;
    }

    /** All findings about a migration. It is valid when none of them blocks. */
    public TestMigrationReply test(String id) {
        Migration migration = records.migration(id).value();
        TestMigrationReply.Builder reply = TestMigrationReply.newBuilder();
        general(migration, reply);
        Map<String, Optional<ServerFacts>> seen = new HashMap<>();
        for (MigrationInterlay moved : migration.getInterlaysList()) {
            interlay(moved, seen, reply);
        }
        boolean blocked = reply.getFindingsList().stream().anyMatch(f -> f.getSeverity() == Finding.Severity.BLOCKER);
        return reply.setValid(!blocked).build();
    }

    private void general(Migration migration, TestMigrationReply.Builder reply) {
        if (migration.getInterlaysCount() == 0) {
            blocker(
                    reply,
                    "nothing_to_move",
                    "the migration has no interlay",
                    "add one with POST" + " /api/v1/migrations/{id}/interlay/{interlay}");
        }
        try {
            StrategyMapper.fromProto(migration.getStrategy());
        } catch (NotSupportedException e) {
            blocker(reply, "strategy_not_supported", String.valueOf(e.getMessage()), "choose another strategy");
        }
        if (Warnings.wantsCopy(migration)) {
            warning(reply, "data_not_copied", Warnings.NOT_COPIED, "copy the data to NEW before the start");
        }
        if (hub.connected() == 0) {
            warning(reply, "no_proxy", "no proxy is connected, so nothing routes traffic yet", "start a proxy");
        }
    }

    private void interlay(
            MigrationInterlay moved, Map<String, Optional<ServerFacts>> seen, TestMigrationReply.Builder reply) {
        if (!records.has(Kind.INTERLAY, moved.getInterlay())) {
            blocker(reply, "interlay_missing", "interlay " + moved.getInterlay() + " does not exist", "create it");
            return;
        }
        reply.addInterlaysTested(moved.getInterlay());
        Optional<ServerFacts> before = look(moved.getOldEndpoint(), "OLD", seen, reply);
        Optional<ServerFacts> after = look(moved.getNewEndpoint(), "NEW", seen, reply);
        if (before.isPresent() && after.isPresent() && after.get().olderThan(before.get())) {
            warning(
                    reply,
                    "version_older",
                    "NEW (" + moved.getNewEndpoint() + ") runs " + after.get().version() + ", OLD runs "
                            + before.get().version() + ": commands of the newer version will fail there",
                    "upgrade NEW, or make sure that no client needs the newer version");
        }
        if (after.isPresent() && after.get().evicts()) {
            warning(
                    reply,
                    "new_evicts",
                    "NEW (" + moved.getNewEndpoint() + ") throws keys away when its memory is full (maxmemory-policy "
                            + after.get().evictionPolicy() + ")",
                    "give it enough memory, or set maxmemory-policy to noeviction");
        }
    }

    private Optional<ServerFacts> look(
            String endpoint, String side, Map<String, Optional<ServerFacts>> seen, TestMigrationReply.Builder reply) {
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
            blocker(
                    reply,
                    "cluster_mode",
                    side + " (" + endpoint + ") runs in cluster mode, which this release does not support",
                    "use an endpoint that is not a cluster");
        }
        seen.put(endpoint, facts);
        return facts;
    }

    /** Refuses a start when NEW does not answer. */
    void requireReachable(Migration migration, String force) {
        for (MigrationInterlay moved : migration.getInterlaysList()) {
            try {
                probe.look(revealed(moved.getNewEndpoint()).getWriteConn());
            } catch (IOException e) {
                throw ServiceException.conflict(
                        "cannot migrate now: " + unreachable("NEW", moved.getNewEndpoint(), e) + force);
            }
        }
    }

    private Endpoint revealed(String endpoint) {
        return vault.revealed(records.endpoint(endpoint).value());
    }

    private static String unreachable(String side, String endpoint, IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return side + " (" + endpoint + ") cannot be used: " + why;
    }

    private static void blocker(TestMigrationReply.Builder reply, String code, String message, String mend) {
        add(reply, Finding.Severity.BLOCKER, code, message, mend);
    }

    private static void warning(TestMigrationReply.Builder reply, String code, String message, String mend) {
        add(reply, Finding.Severity.WARNING, code, message, mend);
    }

    private static void add(
            TestMigrationReply.Builder reply, Finding.Severity severity, String code, String message, String mend) {
        reply.addFindings(Finding.newBuilder()
                .setSeverity(severity)
                .setCode(code)
                .setMessage(message)
                .setMend(mend));
    }
}
