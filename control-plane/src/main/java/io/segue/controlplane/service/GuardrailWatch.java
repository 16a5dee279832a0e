package io.segue.controlplane.service;

import com.google.protobuf.ByteString;
import io.segue.core.guardrail.Guardrails;
import io.segue.core.guardrail.Judgement;
import io.segue.core.guardrail.Traffic;
import io.segue.core.guardrail.TrafficWindow;
import io.segue.core.wire.GuardrailMapper;
import io.segue.proto.v1.GuardrailBreach;
import io.segue.proto.v1.GuardrailOutcome;
import io.segue.proto.v1.GuardrailReport;
import io.segue.proto.v1.InterlayGuardrail;
import io.segue.proto.v1.InterlayTraffic;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.ProxyReport;
import io.segue.proto.v1.SideTraffic;
import io.segue.proto.v1.Strategy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the guardrails of the migrations that route traffic, by what all proxies report, a few times a second; a breach goes to
 * {@link GuardrailFailures}. The figures of a window are of one strategy: with another one it begins anew. Thread-safe.
 */
public final class GuardrailWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuardrailWatch.class);

    private final Records records;
    private final Movements movements;
    private final GuardrailFailures failures;
    private final Limits limits;
    private final Map<Key, Watched> watched = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "segue-guardrails");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean closed;

    GuardrailWatch(Records records, Movements movements, GuardrailFailures failures, Limits limits) {
        this.records = records;
        this.movements = movements;
        this.failures = failures;
        this.limits = limits;
    }

    private record Key(String migration, String interlay) {}

    /** One interlay of one migration, under one strategy. */
    private static final class Watched {
        private final Guardrails guardrails;
        private final Strategy strategy;
        private TrafficWindow window;
        private final Set<String> told = new HashSet<>();
        private @Nullable String toldBreach;
        private int retries;
        private int refusals;
        private long notBeforeMs;

        Watched(Guardrails guardrails, Strategy strategy) {
            this.guardrails = guardrails;
            this.strategy = strategy;
            this.window = new TrafficWindow(guardrails.windowSeconds());
        }

        synchronized void add(long nowMs, Traffic traffic) {
            window.add(nowMs, traffic);
        }

        /** What a proxy found while it was alone counts once. */
        synchronized void tell(String proxy, GuardrailBreach breach) {
            if (told.add(proxy + "/" + breach.getSinceMs())) {
                toldBreach = "proxy " + proxy + " found, while it had no control plane: " + breach.getReason()
                        + (breach.getReadsAtAuthority()
                                ? "; it reads every key at its authority since then"
                                : "; there was nothing that it could do alone");
            }
        }

        synchronized Judgement judge(long nowMs) {
            String breach = toldBreach;
            return breach != null
                    ? new Judgement(Judgement.Outcome.BREACHED, breach)
                    : guardrails.judge(window.figures(nowMs));
        }

        synchronized boolean waits(long nowMs) {
            return nowMs < notBeforeMs;
        }

        synchronized int retries() {
            return retries;
        }

        /** Judged again, on fresh figures, after a pause. */
        synchronized void retry(long nowMs, Duration pause) {
            retries++;
            toldBreach = null;
            notBeforeMs = nowMs + pause.toMillis();
            window = new TrafficWindow(guardrails.windowSeconds());
        }

        synchronized void refused(long nowMs, Duration first) {
            refusals++;
            notBeforeMs =
                    nowMs + first.multipliedBy(1L << Math.min(refusals - 1, 6)).toMillis();
        }
    }

    void start() {
        clock.scheduleWithFixedDelay(
                this::look, limits.look().toMillis(), limits.look().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** A proxy has reported. */
    void reported(String proxy, ProxyReport report) {
        for (InterlayTraffic one : report.getTrafficList()) {
            Watched its = watched.get(new Key(one.getMigrationId(), one.getInterlayId()));
            if (its != null && one.getSidesCount() == 2) {
                its.add(nowMs(), traffic(one));
            }
        }
        for (GuardrailBreach one : report.getBreachesList()) {
            Watched its = watched.get(new Key(one.getMigrationId(), one.getInterlayId()));
            if (its != null) {
                its.tell(proxy, one);
            }
        }
    }

    private static Traffic traffic(InterlayTraffic message) {
        return new Traffic(
                side(message.getSides(0)), side(message.getSides(1)), message.getCompared(), message.getMismatched());
    }

    private static Traffic.Side side(SideTraffic message) {
        return new Traffic.Side(
                message.getRequests(), message.getErrors(), message.getAvoided(), histogram(message.getLatency()));
    }

    private static @Nullable Histogram histogram(ByteString compressed) {
        if (compressed.isEmpty()) {
            return null;
        }
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(compressed.toByteArray()), 0);
        } catch (DataFormatException | RuntimeException e) {
            LOG.warn("a proxy sent a histogram that cannot be read: {}", e.toString());
            return null;
        }
    }

    private void look() {
        try {
            Set<Key> seen = new HashSet<>();
            for (Held<Migration> held : records.migrations()) {
                if (GuardrailFailures.guarded(held.value())) {
                    look(held.value(), seen);
                }
            }
            watched.keySet().retainAll(seen);
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.error("guardrails cannot be judged right now", e);
            }
        }
    }

    private void look(Migration migration, Set<Key> seen) {
        Optional<Guardrails> guardrails = GuardrailMapper.fromProto(migration.getGuardrails());
        Optional<Strategy> inForce = movements.inForce(migration);
        if (guardrails.isEmpty() || inForce.isEmpty()) {
            return;
        }
        for (MigrationInterlay moved : Components.active(migration)) {
            Key key = new Key(migration.getId(), moved.getInterlay());
            seen.add(key);
            Watched its = watched.compute(
                    key,
                    (same, known) -> known != null
                                    && known.guardrails.equals(guardrails.get())
                                    && known.strategy.equals(inForce.get())
                            ? known
                            : new Watched(guardrails.get(), inForce.get()));
            Judgement found = its.judge(nowMs());
            if (found.breached() && !its.waits(nowMs())) {
                breached(migration, moved.getInterlay(), its, found.reason());
            }
        }
    }

    private void breached(Migration migration, String interlay, Watched its, String reason) {
        try {
            GuardrailFailures.Done done = failures.breached(migration.getUuid(), interlay, reason, its.retries());
            if (done == GuardrailFailures.Done.RETRIED) {
                its.retry(nowMs(), failures.pause(its.retries() + 1));
            }
        } catch (ServiceException e) {
            LOG.warn(
                    "migration {}: {} breaches its guardrails and stays: {}",
                    migration.getId(),
                    interlay,
                    e.getMessage());
            its.refused(nowMs(), limits.retry());
            failures.refused(migration.getUuid(), interlay, reason, String.valueOf(e.getMessage()));
        }
    }

    /** How a migration stands with its guardrails; nothing passes without data. */
    public GuardrailReport report(String id) {
        Migration migration = records.migration(id).value();
        GuardrailReport.Builder report = GuardrailReport.newBuilder();
        boolean passed = migration.hasGuardrails();
        for (MigrationInterlay moved :
                migration.hasGuardrails() ? Components.active(migration) : Set.<MigrationInterlay>of()) {
            Watched its = watched.get(new Key(migration.getId(), moved.getInterlay()));
            Judgement found = its == null
                    ? new Judgement(
                            Judgement.Outcome.NO_DATA, "it is not judged now: nothing of the migration is in force")
                    : its.judge(nowMs());
            passed &= found.passed();
            report.addInterlays(InterlayGuardrail.newBuilder()
                    .setInterlay(moved.getInterlay())
                    .setOutcome(GuardrailOutcome.valueOf(
                            "GUARDRAIL_OUTCOME_" + found.outcome().name()))
                    .setReason(found.reason()));
        }
        return report.setPassed(passed).build();
    }

    /** Why a switch that happens by itself must not go on: some guardrail is not passed. Empty if it may, or there is none. */
    Optional<String> notPassed(Migration migration) {
        if (!migration.hasGuardrails()) {
            return Optional.empty();
        }
        GuardrailReport now = report(migration.getUuid());
        return now.getPassed()
                ? Optional.empty()
                : Optional.of("the guardrails are not passed: "
                        + now.getInterlaysList().stream()
                                .filter(one -> one.getOutcome() != GuardrailOutcome.GUARDRAIL_OUTCOME_PASSED)
                                .map(one -> one.getInterlay() + ": " + one.getReason())
                                .collect(Collectors.joining("; ")));
    }

    /** Stops judging. */
    @Override
    public void close() {
        closed = true;
        clock.shutdownNow();
    }
}
