package io.segue.controlplane.service;

import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.TimeWindow;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the switch of each running {@code time_window} migration when its window begins, by the same call that an operator would make, and tries
 * again until it succeeds or the window ends. Then it does not happen any more, and the migration says why. What is to be done follows from what is
 * stored and from the clock, so it survives the process. A migration that is paused is left alone.
 */
final class TimeWindows implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimeWindows.class);
    private static final String WAITS = "the switch waits since the window began: ";

    private final Records records;
    private final Movements movements;
    private final MigrationService migrations;
    private final Changes changes;
    private final GuardrailWatch guardrails;
    private final EventLog events;
    private final Limits limits;
    private final Clock clock;
    private final Map<String, Patience> desks = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(daemon("segue-window-timer"));
    private final ExecutorService workers = Executors.newCachedThreadPool(daemon("segue-window"));

    TimeWindows(
            Records records,
            Movements movements,
            MigrationService migrations,
            Changes changes,
            GuardrailWatch guardrails,
            EventLog events,
            Limits limits,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.migrations = migrations;
        this.changes = changes;
        this.guardrails = guardrails;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Begins to look at the clock. */
    void start() {
        timer.scheduleWithFixedDelay(this::lookAtAll, 0, limits.look().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookAtAll() {
        try {
            for (Held<Migration> held : records.migrations()) {
                Migration migration = held.value();
                if (waits(migration) && !clock.instant().isBefore(start(migration)) && busy.add(migration.getUuid())) {
                    workers.execute(() -> lookAt(migration.getUuid()));
                }
            }
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        } catch (RuntimeException e) {
            LOG.error("windows cannot be looked after right now", e);
        }
    }

    /** Whether its switch is still to come. */
    private static boolean waits(Migration migration) {
        return migration.getStatus() == MigrationStatus.MIGRATION_STATUS_RUNNING
                && migration.getStrategy().hasTimeWindow()
                && !migration.getStrategy().getTimeWindow().getExecuted();
    }

    private static Instant start(Migration migration) {
        return Times.toInstant(migration.getStrategy().getTimeWindow().getWindowStart());
    }

    private static Instant end(Migration migration) {
        return Times.toInstant(migration.getStrategy().getTimeWindow().getWindowEnd());
    }

    private void lookAt(String uuid) {
        Patience desk = desks.computeIfAbsent(uuid, id -> new Patience());
        try {
            Migration migration = records.migration(uuid).value();
            if (!waits(migration)) {
                desks.remove(uuid);
            } else if (clock.instant().isBefore(end(migration))) {
                attempt(migration, desk);
            } else {
                changes.exclusively(() -> miss(uuid));
            }
        } catch (ServiceException e) {
            LOG.info("window of {}: {}", uuid, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the window of {} cannot be looked after right now", uuid, e);
        } finally {
            busy.remove(uuid);
        }
    }

    private void attempt(Migration migration, Patience desk) {
        if (desk.waits()) {
            return;
        }
        Optional<String> notYet = copying(migration).or(() -> guardrails.notPassed(migration));
        if (notYet.isPresent()) {
            tell(migration, desk, notYet.get());
            return;
        }
        try {
            migrations.update(Identity.SYSTEM, switched(migration));
            changes.exclusively(() -> {
                Held<Migration> held = records.migration(migration.getUuid());
                store(held, "switched in its window", "window_start " + start(migration), "");
                return held;
            });
            desks.remove(migration.getUuid());
        } catch (ServiceException e) {
            desk.failedOnce(limits.retry());
            tell(migration, desk, String.valueOf(e.getMessage()));
        }
    }

    /** The strategy comes into force by another way than a switch while data is still being copied. */
    private Optional<String> copying(Migration migration) {
        return movements
                .of(migration)
                .map(Held::value)
                .map(Movement::getStage)
                .filter(stage ->
                        stage == MovementStage.MOVEMENT_STAGE_COPYING || stage == MovementStage.MOVEMENT_STAGE_OPENING)
                .map(stage -> "the data has not been copied yet");
    }

    private static UpdateMigrationRequest switched(Migration migration) {
        TimeWindow.Builder executed =
                migration.getStrategy().getTimeWindow().toBuilder().setExecuted(true);
        Strategy strategy =
                migration.getStrategy().toBuilder().setTimeWindow(executed).build();
        return UpdateMigrationRequest.newBuilder()
                .setId(migration.getId())
                .setStrategy(strategy)
                .setIfRevision(migration.getRevision())
                .build();
    }

    /** Says once what the switch waits for. */
    private void tell(Migration migration, Patience desk, String why) {
        if (desk.waitsFor(why)) {
            LOG.info("window of {}: {}", migration.getId(), why);
            changes.exclusively(() -> {
                Held<Migration> held = records.migration(migration.getUuid());
                if (waits(held.value())) {
                    store(held, "window waits", why, WAITS + why);
                }
                return held;
            });
        }
    }

    private boolean miss(String uuid) {
        Held<Migration> held = records.migration(uuid);
        Migration migration = held.value();
        String missed = "the window ended at " + end(migration) + " without the switch";
        if (!waits(migration) || migration.getStatusReason().startsWith(missed)) {
            return false;
        }
        String before = migration.getStatusReason();
        String reason = missed + ": "
                + (before.startsWith(WAITS)
                        ? before.substring(WAITS.length())
                        : "no control plane was there, or the migration was paused, while it was open");
        store(
                held,
                "window missed",
                reason,
                reason + " (everything stays on OLD; a later window may be set with PATCH)");
        desks.remove(uuid);
        return true;
    }

    private void store(Held<Migration> held, String event, String detail, String status) {
        changes.store(List.of(
                MigrationService.replace(
                        held, held.value().toBuilder().setStatusReason(status).setUpdatedAt(Times.of(clock.instant()))),
                events.note(held.value(), event, detail)));
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdownNow();
    }
}
