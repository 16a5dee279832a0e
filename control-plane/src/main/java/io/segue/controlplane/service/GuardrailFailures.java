package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.FailureHandling;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What becomes of a migration whose guardrails are breached by one of its interlays, by its failure handling. */
final class GuardrailFailures {
    private static final String EVENT = "guardrail breached";

    private final Records records;
    private final Changes changes;
    private final WayBack wayBack;
    private final PartialRollback partial;
    private final EventLog events;
    private final Limits limits;
    private final Clock clock;

    GuardrailFailures(
            Records records,
            Changes changes,
            WayBack wayBack,
            PartialRollback partial,
            EventLog events,
            Limits limits,
            Clock clock) {
        this.records = records;
        this.changes = changes;
        this.wayBack = wayBack;
        this.partial = partial;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    /** What was done. */
    enum Done {
        /** There is nothing to do any more. */
        NOTHING,
        /** It is judged again after a while. */
        RETRIED,
        /** The interlay, or all, are on OLD. */
        REVERTED
    }

    /** How long the next judgement waits after so many retries, the last one included. */
    Duration pause(int retries) {
        return limits.retry().multipliedBy(1L << Math.min(retries - 1, 6));
    }

    /**
     * An interlay has breached its guardrails.
     *
     * @param reason the figures
     * @param retries how often it was judged again before
     * @throws ServiceException it cannot be taken back now; nothing has changed
     */
    Done breached(String uuid, String interlay, String reason, int retries) {
        return changes.exclusively(() -> {
            Migration migration = records.migration(uuid).value();
            if (!guarded(migration) || Components.rolledBack(migration, interlay)) {
                return Done.NOTHING;
            }
            FailureHandling handling = migration.getFailureHandling();
            int allowed = handling.getRetryThenAll().getRetryCount();
            if (retries < allowed) {
                changes.store(List.of(events.note(
                        migration,
                        EVENT,
                        interlay + ": " + reason + "; judged again in "
                                + pause(retries + 1).toMillis() + " ms (" + (retries + 1) + " of " + allowed + ")")));
                return Done.RETRIED;
            }
            if (!migration.getStatusReason().startsWith(by(interlay))) {
                changes.store(List.of(events.note(migration, EVENT, interlay + ": " + reason)));
            }
            revert(migration, interlay, by(interlay) + reason);
            return Done.REVERTED;
        });
    }

    private static String by(String interlay) {
        return "guardrail breached by " + interlay + ": ";
    }

    /** Whether its guardrails are enforced now. */
    static boolean guarded(Migration migration) {
        return migration.hasGuardrails()
                && (migration.getStatus() == MigrationStatus.MIGRATION_STATUS_RUNNING
                        || migration.getStatus() == MigrationStatus.MIGRATION_STATUS_PAUSED);
    }

    private void revert(Migration migration, String interlay, String why) {
        boolean alone = migration.getFailureHandling().getKindCase() == FailureHandling.KindCase.ALLOW_PARTIAL;
        Set<String> together = partial.together(migration, Set.of(interlay));
        if (alone && PartialRollback.leavesSomething(migration, together)) {
            partial.walk(Identity.SYSTEM, migration.getUuid(), together, why, false);
        } else {
            wayBack.walk(
                    Identity.SYSTEM,
                    MigrationCall.newBuilder()
                            .setId(migration.getUuid())
                            .setReason(why)
                            .build());
        }
    }

    /** It could not be taken back: says so where operators look. It is tried again. */
    void refused(String uuid, String interlay, String reason, String why) {
        changes.exclusively(() -> {
            Held<Migration> held = records.migration(uuid);
            String says = by(interlay) + reason + "; it could not be rolled back: " + why;
            if (!guarded(held.value()) || held.value().getStatusReason().equals(says)) {
                return false;
            }
            changes.store(List.<Change>of(
                    MigrationService.replace(
                            held,
                            held.value().toBuilder().setStatusReason(says).setUpdatedAt(Times.of(clock.instant()))),
                    events.note(held.value(), "automatic rollback refused", interlay + ": " + why)));
            return true;
        });
    }
}
