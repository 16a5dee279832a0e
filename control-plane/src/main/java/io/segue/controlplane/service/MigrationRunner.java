package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.migration.Status;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Rollout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Takes migrations through their lifecycle. Thread-safe. What it throws, {@link Failures#of} explains. */
public final class MigrationRunner {
    private static final String FORCE = MigrationService.FORCE;
    private static final int ATTEMPTS = 3;

    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Opening opening;
    private final Feeding feeding;
    private final Following following;
    private final WayBack wayBack;
    private final PartialRollback partial;
    private final EventLog events;
    private final Divergences divergences;
    private final Preflight preflight;
    private final Limits limits;
    private final ApiMoves apiMoves;
    private final Clock clock;

    MigrationRunner(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            Opening opening,
            Feeding feeding,
            Following following,
            WayBack wayBack,
            PartialRollback partial,
            EventLog events,
            Divergences divergences,
            Preflight preflight,
            Limits limits,
            ApiMoves apiMoves,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.opening = opening;
        this.feeding = feeding;
        this.following = following;
        this.wayBack = wayBack;
        this.partial = partial;
        this.events = events;
        this.divergences = divergences;
        this.preflight = preflight;
        this.limits = limits;
        this.apiMoves = apiMoves;
        this.clock = clock;
    }

    /**
     * Starts it. Without data movement the strategy decides about traffic from here on; with it, as soon as the movers have caught up, and
     * until then everything stays on OLD.
     */
    public MigrationReply migrate(Identity actor, MigrationCall call) {
        Migration asked = records.migration(call.getId()).value();
        Migrations.moved(asked, Event.START);
        // Before the turn is taken: a server that does not answer must not keep other changes waiting.
        if (!call.getForce()) {
            preflight.requireNoBlocker(asked, FORCE);
        }
        // Not even by force: it would lose acknowledged writes without anybody noticing.
        TakeOver.refusal(asked, Routing.of(asked, asked.getStrategy())).ifPresent(why -> {
            throw ServiceException.conflict("cannot migrate: " + why + "; " + TakeOver.MEND);
        });
        boolean watched = !Warnings.wantsCopy(asked)
                && Routing.of(asked, asked.getStrategy()).needsFeed();
        boolean feedPossible = watched && feeding.refusal(asked).isEmpty();
        Routing then = Routing.of(asked, asked.getStrategy());
        Routing now = Routing.toSide(asked, Side.OLD);
        Set<Side> toFollow = Following.missing(Optional.empty(), now, then, asked.getStrategy());
        Map<Side, String> refusals = following.refusals(asked, toFollow);
        if (!call.getForce() && !refusals.isEmpty() && now.arrivesAlone(Side.NEW, then)) {
            throw Following.noWayBack(
                    Event.START.call(), refusals.values().iterator().next());
        }
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(call.getId());
            Status to = Migrations.moved(held.value(), Event.START);
            List<String> warnings = new ArrayList<>(Warnings.about(held.value()));
            if (Warnings.wantsCopy(held.value())) {
                feeding.refuseTaken(held.value());
                return copyFirst(held, to, actor, call, !refusals.isEmpty(), warnings);
            }
            if (AuthorityShift.between(now, then, Optional.empty()).losesOld()) {
                warnings.add(Warnings.OLD_ONLY);
            }
            if (!refusals.isEmpty() || then.notByKey().isPresent()) {
                if (Following.losesTheWayBack(
                        Optional.empty(), now, then, held.value().getStrategy())) {
                    warnings.add(Warnings.NO_WAY_BACK);
                }
            } else if (!toFollow.isEmpty()) {
                feeding.refuseTaken(held.value());
                following.begin(held.value(), toFollow, Optional.empty(), MovementStage.MOVEMENT_STAGE_COPYING);
                ready(held.value(), toFollow, call);
            }
            if (feedPossible) {
                feeding.refuseTaken(held.value());
                return feedFirst(held, to, actor, call, warnings);
            }
            if (watched) {
                warnings.add(Warnings.NO_FEED);
            }
            return atOnce(held, to, actor, call, warnings);
        });
    }

    /** Nothing but the record changes; the proxies hear of it when the movers have caught up. */
    private MigrationReply copyFirst(
            Held<Migration> held,
            Status to,
            Identity actor,
            MigrationCall call,
            boolean noWayBack,
            List<String> warnings) {
        Migration migration = held.value();
        Optional<Held<Movement>> before = movements.of(migration);
        Movement.Builder movement =
                before.map(known -> known.value().toBuilder()).orElseGet(Movement::newBuilder);
        movement.setMigrationId(migration.getId())
                .setStage(MovementStage.MOVEMENT_STAGE_COPYING)
                .setNoWayBack(noWayBack)
                .clearInForce();
        Movements.addPairs(migration, movement, Movements.kind(migration.getData()));
        List<Change> more = List.of(Movements.put(migration, before, movement.build()));
        changes.store(batch(held, to, more, actor, Event.START.call(), call.getReason()));
        changes.store(List.of(events.note(
                records.migration(migration.getUuid()).value(), "begin the copy", Figures.describe(movement))));
        movers.wake(migration.getUuid());
        warnings.add(Warnings.COPIES_FIRST);
        return MigrationReply.newBuilder()
                .setMigration(records.migration(migration.getUuid()).value())
                .addAllWarnings(warnings)
                .build();
    }

    /** Waits for the followers of a start; what is left running by one that fails has nothing to do. */
    private void ready(Migration migration, Set<Side> sides, MigrationCall call) {
        try {
            following.require(migration, sides, FORCE);
        } catch (ServiceException e) {
            if (!call.getForce()) {
                movers.close(migration);
                throw e;
            }
        }
    }

    private MigrationReply feedFirst(
            Held<Migration> held, Status to, Identity actor, MigrationCall call, List<String> warnings) {
        Migration migration = held.value();
        Feeding.Outcome outcome = feeding.begin(migration, Optional.empty());
        if (outcome == Feeding.Outcome.LATE) {
            changes.store(batch(held, to, List.of(), actor, Event.START.call(), call.getReason()));
            warnings.add(Warnings.FEED_LATE);
            return MigrationReply.newBuilder()
                    .setMigration(records.migration(migration.getUuid()).value())
                    .addAllWarnings(warnings)
                    .build();
        }
        if (outcome == Feeding.Outcome.NONE) {
            warnings.add(Warnings.NO_FEED);
        }
        return atOnce(held, to, actor, call, warnings);
    }

    private MigrationReply atOnce(
            Held<Migration> held, Status to, Identity actor, MigrationCall call, List<String> warnings) {
        Optional<Held<Movement>> movement = movements.of(held.value());
        if (movement.isEmpty()) {
            return reply(held, roll(held, to, List.of(), actor, Event.START, call.getReason()), warnings);
        }
        Opening.Step step =
                Opening.next(held.value(), movement.get().value(), held.value().getStrategy());
        try {
            Rollout rollout = opening.roll(
                    held.value(),
                    movement.get(),
                    step,
                    batch(held, to, List.of(), actor, Event.START.call(), call.getReason()),
                    call.getForce(),
                    undone(held.value(), actor, Event.START));
            movers.wake(held.value().getUuid());
            return reply(held, rollout, warnings);
        } catch (ServiceException e) {
            movers.close(held.value());
            throw e;
        }
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
            movers.of(held.value()).stream()
                    .map(RunningMover::mover)
                    .forEach(event == Event.PAUSE ? DataMover::pause : DataMover::resume);
            movers.wake(held.value().getUuid());
            return MigrationReply.newBuilder()
                    .setMigration(records.migration(held.value().getId()).value())
                    .build();
        });
    }

    /** Ends it with everything on NEW: the interlays point there from now on. */
    public MigrationReply complete(Identity actor, MigrationCall call) {
        Migration asked = records.migration(call.getId()).value();
        Migrations.moved(asked, Event.COMPLETE);
        if (!call.getForce()) {
            Routing now = Routing.of(asked, movements.inForce(asked));
            if (!now.touchesNew()) {
                preflight.requireServing(asked, FORCE);
            }
            movers.awaitCaughtUp(asked, now.sides(), limits.acknowledgement());
        }
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(call.getId());
            Status to = Migrations.moved(held.value(), Event.COMPLETE);
            Optional<Held<Movement>> movement = movements.of(held.value());
            guardEnd(held.value(), movement.map(Held::value), call);
            List<Change> batch = batch(
                    ending(held, call), to, pointAtNew(held.value()), actor, Event.COMPLETE.call(), call.getReason());
            Function<Rejection, List<Change>> undone = undone(held.value(), actor, Event.COMPLETE);
            Rollout rollout = movement.isPresent()
                    ? opening.end(held.value(), movement.get(), Side.NEW, batch, call.getForce(), undone)
                    : changes.roll(batch, undone);
            return reply(held, rollout, List.of());
        });
    }

    private void guardEnd(Migration migration, Optional<Movement> movement, MigrationCall call) {
        if (call.getForce()) {
            boolean behind = movement.isPresent() && !movers.caughtUp(migration, movement.get());
            if (call.getReason().isBlank() && (behind || divergences.many(migration.getId()))) {
                throw new InvalidFieldException(
                        "reason", "nothing", "why it is completed although the two sides are not known to be equal");
            }
            return;
        }
        Routing now = Routing.of(migration, Movements.inForce(migration, movement));
        if (AuthorityShift.between(now, Routing.toSide(migration, Side.NEW), movement)
                .losesOld()) {
            throw ServiceException.conflict("cannot complete now: some keys are still written on OLD only, and"
                    + " those writes would be lost; raise write_percentage to 1.0 or use dual_write first" + FORCE);
        }
        movement.ifPresent(found -> movers.requireCaughtUp(migration, found, now.sides(), "complete", FORCE));
        divergences.requireFew(migration.getId(), "complete", FORCE);
    }

    /** The record with a note of whether its end is forced: the proxies must know. */
    private static Held<Migration> ending(Held<Migration> held, MigrationCall call) {
        return new Held<>(held.value().toBuilder().setForced(call.getForce()).build(), held.record());
    }

    private List<Change> pointAtNew(Migration migration) {
        List<Change> moves = new ArrayList<>(apiMoves.completed(migration));
        for (MigrationInterlay moved : Components.active(migration)) {
            Held<Interlay> interlay = records.interlay(moved.getInterlay());
            moves.add(Change.replace(
                    interlay.record(),
                    bound(interlay.value(), moved)
                            .setEndpoint(moved.getNewEndpoint())
                            .setUpdatedAt(Times.of(clock.instant()))
                            .clearRevision()
                            .build()
                            .toByteString()));
        }
        return moves;
    }

    private static Interlay.Builder bound(Interlay interlay, MigrationInterlay moved) {
        Interlay.Builder next = interlay.toBuilder();
        if (moved.hasApi()) {
            next.getApiBindingBuilder().setTemplate(moved.getApi().getBinding().getTemplate());
        }
        return next;
    }

    /** Ends it with everything on OLD again. While the movers copy, that is all there is to cancelling. */
    public MigrationReply rollback(Identity actor, MigrationCall call) {
        Migration asked = records.migration(call.getId()).value();
        Migrations.moved(asked, Event.ROLLBACK);
        for (int attempt = 1; ; attempt++) {
            if (!call.getForce()) {
                movers.awaitCaughtUp(asked, EnumSet.of(Side.NEW), limits.acknowledgement());
            }
            try {
                return changes.exclusively(() -> {
                    Held<Migration> held = records.migration(call.getId());
                    return reply(held, wayBack.walk(actor, call), List.of());
                });
            } catch (ServiceException e) {
                if (attempt == ATTEMPTS || e.code() != Code.CONFLICT || !onTheWayBack(call.getId())) {
                    throw e;
                }
            }
        }
    }

    /** Whether a rollback has begun, and what keeps it from its end may be over in a moment: changes that are not carried over yet. */
    private boolean onTheWayBack(String id) {
        return records.migration(id).value().getStatus() == MigrationStatus.MIGRATION_STATUS_ROLLING_BACK;
    }

    /**
     * Takes one interlay back to OLD; the others go on. The last one takes the migration with it.
     *
     * @param interlay its id
     */
    public MigrationReply rollbackInterlay(Identity actor, MigrationCall call, String interlay) {
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(call.getId());
            Migration migration = held.value();
            if (migration.getInterlaysList().stream()
                    .noneMatch(moved -> moved.getInterlay().equals(interlay))) {
                throw ServiceException.notFound("interlay " + interlay + " in migration", migration.getId());
            }
            if (Components.rolledBack(migration, interlay)) {
                throw ServiceException.conflict("interlay " + interlay + " of migration " + migration.getId()
                        + " is rolled back already (expected: one that is on its way)");
            }
            Rollout rollout = PartialRollback.leavesSomething(migration, Set.of(interlay))
                    ? partial.walk(actor, migration.getId(), Set.of(interlay), call.getReason(), call.getForce())
                    : wayBack.walk(actor, call);
            return reply(held, rollout, List.of());
        });
    }

    private Rollout roll(
            Held<Migration> held, Status to, List<Change> more, Identity actor, Event event, String reason) {
        return changes.roll(batch(held, to, more, actor, event.call(), reason), undone(held.value(), actor, event));
    }

    private Function<Rejection, List<Change>> undone(Migration before, Identity actor, Event event) {
        return refused -> List.of(events.record(
                before,
                before.getStatus(),
                actor,
                event.call(),
                MigrationService.undone(refused.proxy(), refused.reason())));
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
