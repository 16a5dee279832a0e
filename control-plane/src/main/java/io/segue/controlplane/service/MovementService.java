package io.segue.controlplane.service;

import com.google.protobuf.ByteString;
import io.segue.controlplane.mover.DataMover.ErrorKey;
import io.segue.controlplane.mover.RunningMovement;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.AcceptErrorKeysReply;
import io.segue.proto.v1.AcceptErrorKeysRequest;
import io.segue.proto.v1.ListErrorKeysReply;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementProgress;
import io.segue.proto.v1.MoverFigures;
import io.segue.proto.v1.SetThrottleRequest;
import io.segue.proto.v1.Throttle;
import io.segue.proto.v1.VerificationResult;
import io.segue.proto.v1.VerifyRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The data of migrations, as operators see and steer it. Thread-safe. What it throws, {@link Failures#of} explains. */
public final class MovementService {
    private static final int DEFAULT_KEYS = 100;

    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Following following;
    private final Changes changes;
    private final Verifications verifications;
    private final EventLog events;
    private final Clock clock;

    MovementService(
            Records records,
            Movements movements,
            Movers movers,
            Following following,
            Changes changes,
            Verifications verifications,
            EventLog events,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.following = following;
        this.changes = changes;
        this.verifications = verifications;
        this.events = events;
        this.clock = clock;
    }

    /** How far the data of a migration is. */
    public MigrationProgress progress(String id) {
        Migration migration = records.migration(id).value();
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        MigrationProgress.Builder progress = MigrationProgress.newBuilder()
                .setId(migration.getId())
                .setStatus(migration.getStatus())
                .setThrottle(Throttles.spelledOut(migration.getData().getThrottle()));
        if (Names.status(migration.getStatus()).routesTraffic()) {
            Movements.inForce(migration, movement).ifPresent(progress::setInForce);
        }
        movement.ifPresent(found -> {
            progress.setStage(found.getStage());
            found.getPairsList().forEach(pair -> progress.addMovements(progress(migration, pair)));
        });
        List<MoverFigures> current = progress.getMovementsList().stream()
                .map(MovementProgress::getFigures)
                .toList();
        boolean runs = !movers.of(migration).isEmpty();
        progress.setTotal(Figures.total(current))
                .setCaughtUp(runs && movers.caughtUp(migration, movement.orElse(Movement.getDefaultInstance())));
        verifications.last(migration).ifPresent(progress::setVerification);
        return progress.build();
    }

    /** Has the movers of a migration looked at now instead of at the next turn. */
    void look(String id) {
        movers.wake(records.migration(id).value().getUuid());
    }

    private MovementProgress progress(Migration migration, MovedPair pair) {
        MoverFigures figures = movers.of(migration).stream()
                .filter(one -> Movements.same(one.pair(), pair))
                .findFirst()
                .map(one -> Figures.of(one.mover().status()))
                .orElse(pair.getLast());
        if (Movements.authority(pair) == Side.NEW) {
            // Nothing is to be copied on the way back.
            figures = figures.toBuilder()
                    .clearKeysTotal()
                    .clearKeysCopied()
                    .clearEtaSeconds()
                    .build();
        }
        return MovementProgress.newBuilder()
                .setOldEndpoint(pair.getOldEndpoint())
                .setNewEndpoint(pair.getNewEndpoint())
                .setKind(pair.getKind())
                .setEpoch(pair.getEpoch())
                .setDirection(Movements.direction(pair))
                .setFigures(figures)
                .build();
    }

    /** Changes the limits, from now on and for later movers. */
    public Throttle throttle(Identity actor, SetThrottleRequest request) {
        if (!request.hasKeysPerSecond() && !request.hasBytesPerSecond() && !request.hasAdaptive()) {
            throw new InvalidFieldException(
                    "throttle", "nothing", "keys_per_second, megabytes_per_second, adaptive, or several of them");
        }
        Throttle asked = Throttles.changed(Throttle.getDefaultInstance(), request);
        Throttles.check("", asked);
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(request.getId());
            Migration migration = held.value();
            if (!Migrations.isActive(migration)) {
                throw ServiceException.conflict("migration " + migration.getId() + " is "
                        + Names.of(migration.getStatus()) + ": there is nothing to limit any more");
            }
            Throttle next = Throttles.changed(migration.getData().getThrottle(), request);
            Migration.Builder after = migration.toBuilder().setUpdatedAt(Times.of(clock.instant()));
            after.getDataBuilder().setThrottle(next);
            changes.store(List.of(
                    MigrationService.replace(held, after),
                    events.record(
                            migration, migration.getStatus(), actor, "change the throttle", Throttles.describe(next))));
            movers.of(migration).forEach(one -> one.mover().ceilings(Throttles.ceilings(next)));
            return Throttles.spelledOut(next);
        });
    }

    /**
     * Keys that are not as they should be on NEW.
     *
     * @param limit how many at most, 1 to 10,000; 0 for 100
     */
    public ListErrorKeysReply errorKeys(String id, int limit) {
        Check.range("limit", limit, 0, 10_000);
        Migration migration = records.migration(id).value();
        int most = limit == 0 ? DEFAULT_KEYS : limit;
        ListErrorKeysReply.Builder reply = ListErrorKeysReply.newBuilder();
        for (RunningMover one : movers.of(migration)) {
            int left = most - reply.getKeysCount();
            if (left > 0) {
                one.mover().errorKeys(left).stream()
                        .limit(left)
                        .forEach(key -> reply.addKeys(message(one.pair(), key)));
            }
        }
        MoverFigures total = progress(id).getTotal();
        return reply.setErrorKeys(total.getErrorKeys())
                .setConflicts(total.getConflicts())
                .build();
    }

    private static io.segue.proto.v1.ErrorKey message(MovedPair pair, ErrorKey key) {
        return io.segue.proto.v1.ErrorKey.newBuilder()
                .setOldEndpoint(pair.getOldEndpoint())
                .setNewEndpoint(pair.getNewEndpoint())
                .setDb(key.db())
                .setKey(ByteString.copyFrom(key.key()))
                .setReason(key.reason())
                .setConflict(key.conflict())
                .setSince(Times.ofMillis(key.sinceMs()))
                .setAttempts(key.attempts())
                .build();
    }

    /** The caller knows that the keys listed now are missing on NEW. */
    public AcceptErrorKeysReply accept(Identity actor, AcceptErrorKeysRequest request) {
        Check.notEmpty("reason", request.getReason());
        EndpointRules.text("reason", request.getReason());
        return changes.exclusively(() -> {
            Migration migration = records.migration(request.getId()).value();
            List<RunningMover> all = movers.of(migration);
            if (all.isEmpty()) {
                throw ServiceException.conflict("migration " + migration.getId() + " has no mover now (expected: a"
                        + " running or paused migration with data movement)");
            }
            long accepted = all.stream()
                    .mapToLong(one -> one.mover().status().errorKeys())
                    .sum();
            // Written down first: what is accepted without a trace cannot be explained later.
            changes.store(List.<Change>of(events.record(
                    migration,
                    migration.getStatus(),
                    actor,
                    "accept the error keys",
                    accepted + " keys: " + request.getReason())));
            boolean forward = movers.of(migration, Side.OLD).stream()
                    .anyMatch(one -> one.mover().status().errorKeys() > 0);
            all.forEach(one -> one.mover().acceptErrorKeys());
            if (forward) {
                following.incomplete(migration);
            }
            return AcceptErrorKeysReply.newBuilder().setAccepted(accepted).build();
        });
    }

    /** Begins to compare both sides. */
    public VerificationResult verify(Identity actor, VerifyRequest request) {
        double sample = request.hasSample() ? Check.share("sample", request.getSample()) : 1.0;
        if (sample == 0.0) {
            throw new InvalidFieldException("sample", sample, "above 0.0, up to 1.0");
        }
        return changes.exclusively(() -> {
            Migration migration = records.migration(request.getId()).value();
            verifications.lookAfter(migration);
            VerificationResult begun = verifications.begin(migration, sample, request.getRepair());
            changes.store(List.of(events.record(
                    migration,
                    migration.getStatus(),
                    actor,
                    "verify",
                    (sample == 1.0 ? "all keys" : "a share of " + sample + " of the keys")
                            + (request.getRepair() ? ", with repair" : ""))));
            return begun;
        });
    }

    /** The last verification. */
    public VerificationResult verification(String id) {
        Migration migration = records.migration(id).value();
        return verifications
                .last(migration)
                .orElseThrow(() -> new ServiceException(
                        Code.NOT_FOUND,
                        "migration " + migration.getId() + " was never verified (expected: POST"
                                + " /api/v1/migrations/{id}/verify before)"));
    }

    /** Ends a verification early. */
    public VerificationResult cancelVerification(String id) {
        return verifications.cancel(records.migration(id).value());
    }

    /** The report of the last verification, one JSON object a line. To be closed. */
    public InputStream report(String id) {
        Migration migration = records.migration(id).value();
        verification(id);
        try {
            return verifications.report(migration);
        } catch (IOException e) {
            throw new ServiceException(Code.UNAVAILABLE, "the report cannot be read: " + e.getMessage());
        }
    }

    /** Everything that runs, for metrics. */
    public List<RunningMovement> running() {
        return new ArrayList<>(movers.all());
    }
}
