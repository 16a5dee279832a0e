package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.migration.Status;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.Rollout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Takes migrations through their lifecycle. Thread-safe. What it throws, {@link Failures#of} explains. */
public final class MigrationRunner {
    private static final String FORCE = ", or repeat the call with \"force\": true";

    private final Records records;
    private final Changes changes;
    private final EventLog events;
    private final Divergences divergences;
    private final Preflight preflight;
    private final Clock clock;

    MigrationRunner(
            Records records,
            Changes changes,
            EventLog events,
            Divergences divergences,
            Preflight preflight,
            Clock clock) {
        this.records = records;
        this.changes = changes;
        this.events = events;
        this.divergences = divergences;
        this.preflight = preflight;
        this.clock = clock;
    }

    /** Starts it: from here on the strategy decides about traffic. */
    public MigrationReply migrate(Identity actor, MigrationCall call) {
        Migration asked = records.migration(call.getId()).value();
        Migrations.moved(asked, Event.START);
        if (!call.getForce()) {
            // Before the turn is taken: a server that does not answer must not keep other changes waiting.
            preflight.requireReachable(asked, FORCE);
        }
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(call.getId());
            Status to = Migrations.moved(held.value(), Event.START);
            List<String> warnings = new ArrayList<>(Warnings.about(held.value()));
            if (AuthorityShift.start(held.value()).losesOld()) {
                warnings.add(Warnings.OLD_ONLY);
            }
            Rollout rollout = roll(held, to, List.of(), actor, Event.START, call.getReason());
            return reply(held, rollout, warnings);
        });
    }

    /** Ramps and data movement stand still; traffic keeps its split. */
    public MigrationReply pause(Identity actor, MigrationCall call) {
        return quietly(actor, call, Event.PAUSE);
    }

    /** Goes on after a pause. */
    public MigrationReply resume(Identity actor, MigrationCall call) {
        return quietly(actor, call, Event.RESUME);
    }

    private MigrationReply quietly(Identity actor, MigrationCall call, Event event) {
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(call.getId());
            Status to = Migrations.moved(held.value(), event);
            changes.store(batch(held, to, List.of(), actor, event.call(), call.getReason()));
            return MigrationReply.newBuilder()
                    .setMigration(records.migration(held.value().getId()).value())
                    .build();
        });
    }

    /** Ends it with everything on NEW: the interlays point there from now on. */
    public MigrationReply complete(Identity actor, MigrationCall call) {
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(call.getId());
            Status to = Migrations.moved(held.value(), Event.COMPLETE);
            if (!call.getForce()) {
                if (AuthorityShift.toSide(held.value(), Side.NEW).losesOld()) {
                    throw ServiceException.conflict("cannot complete now: some keys are still written on OLD only, and"
                            + " those writes would be lost; raise write_percentage to 1.0 or use dual_write first"
                            + FORCE);
                }
                divergences.requireFew(held.value().getId(), "complete", FORCE);
            }
            Rollout rollout =
                    roll(ending(held, call), to, pointAtNew(held.value()), actor, Event.COMPLETE, call.getReason());
            return reply(held, rollout, List.of());
        });
    }

    /** The record with a note of whether its end is forced: the proxies must know. */
    private static Held<Migration> ending(Held<Migration> held, MigrationCall call) {
        return new Held<>(held.value().toBuilder().setForced(call.getForce()).build(), held.record());
    }

    private List<Change> pointAtNew(Migration migration) {
        List<Change> moves = new ArrayList<>();
        for (MigrationInterlay moved : migration.getInterlaysList()) {
            Held<Interlay> interlay = records.interlay(moved.getInterlay());
            moves.add(Change.replace(
                    interlay.record(),
                    interlay.value().toBuilder()
                            .setEndpoint(moved.getNewEndpoint())
                            .setUpdatedAt(Times.of(clock.instant()))
                            .clearRevision()
                            .build()
                            .toByteString()));
        }
        return moves;
    }

    /** Ends it with everything on OLD again. */
    public MigrationReply rollback(Identity actor, MigrationCall call) {
        return changes.exclusively(() -> {
            Held<Migration> asked = records.migration(call.getId());
            Status rollingBack = Migrations.moved(asked.value(), Event.ROLLBACK);
            if (!call.getForce()) {
                guardWayBack(asked.value());
            }
            changes.store(batch(asked, rollingBack, List.of(), actor, Event.ROLLBACK.call(), call.getReason()));
            return wayBack(actor, call, records.migration(call.getId()));
        });
    }

    private void guardWayBack(Migration migration) {
        AuthorityShift shift = AuthorityShift.toSide(migration, Side.OLD);
        if (shift.losesNew()) {
            throw ServiceException.conflict(
                    "cannot roll back: OLD was not kept in step, and the writes that went to NEW"
                            + " only would be lost; complete the migration and make one in the other direction"
                            + FORCE);
        }
        if (shift.moves()) {
            divergences.requireFew(migration.getId(), "roll back", FORCE);
        }
    }

    private MigrationReply wayBack(Identity actor, MigrationCall call, Held<Migration> held) {
        Status to = Migrations.moved(held.value(), Event.REVERTED);
        List<Change> batch = batch(ending(held, call), to, List.of(), actor, Event.REVERTED.call(), call.getReason());
        Rollout rollout = call.getForce()
                ? changes.force(batch)
                : changes.roll(batch, refused -> {
                    Status failed = Migrations.moved(held.value(), Event.FAIL);
                    String why = MigrationService.undone(refused.proxy(), refused.reason());
                    Migration.Builder after = held.value().toBuilder()
                            .setStatus(Names.message(failed))
                            .setStatusReason(why)
                            .setUpdatedAt(Times.of(clock.instant()))
                            .clearRevision();
                    return List.of(
                            Change.put(
                                    Kind.MIGRATION,
                                    held.value().getId(),
                                    after.build().toByteString()),
                            events.record(held.value(), after.getStatus(), actor, Event.FAIL.call(), why));
                });
        return reply(held, rollout, List.of());
    }

    private Rollout roll(
            Held<Migration> held, Status to, List<Change> more, Identity actor, Event event, String reason) {
        Migration before = held.value();
        return changes.roll(
                batch(held, to, more, actor, event.call(), reason),
                refused -> List.of(events.record(
                        before,
                        before.getStatus(),
                        actor,
                        event.call(),
                        MigrationService.undone(refused.proxy(), refused.reason()))));
    }

    private List<Change> batch(
            Held<Migration> held, Status to, List<Change> more, Identity actor, String event, String reason) {
        EndpointRules.text("reason", reason);
        Migration.Builder after = held.value().toBuilder()
                .setStatus(Names.message(to))
                .setStatusReason(reason)
                .setUpdatedAt(Times.of(clock.instant()));
        List<Change> batch = new ArrayList<>();
        batch.add(MigrationService.replace(held, after));
        batch.addAll(more);
        batch.add(events.record(held.value(), after.getStatus(), actor, event, reason));
        return batch;
    }

    private MigrationReply reply(Held<Migration> held, Rollout rollout, List<String> warnings) {
        return MigrationReply.newBuilder()
                .setMigration(records.migration(held.value().getId()).value())
                .setRollout(rollout)
                .addAllWarnings(warnings)
                .build();
    }
}
