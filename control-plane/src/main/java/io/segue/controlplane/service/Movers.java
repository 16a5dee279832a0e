package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.mover.RunningMovement;
import io.segue.controlplane.mover.UnmadeMover;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The movers that run in this process, by migration. They are made, and closed, by whoever holds the turn of {@link Changes}; the rest is
 * thread-safe.
 */
final class Movers {
    private static final Logger LOG = LoggerFactory.getLogger(Movers.class);

    private static final long POLL_NANOS = 5_000_000;
    private static final String REPORTS = "verify";
    /** How long a change waits for a moment with little to carry over, and how late a change may be in it. */
    private static final Duration CALM = Duration.ofSeconds(1);

    private static final long CALM_LAG_MS = 50;

    private final MoverFactory factory;
    private final Records records;
    private final MoverSpecs specs;
    private final Movements movements;
    private final Changes changes;
    private final Limits limits;
    private final Path folder;
    private final Map<String, List<RunningMover>> running = new ConcurrentHashMap<>();
    private volatile Consumer<String> wake = uuid -> {};
    private volatile Consumer<Migration> ended = migration -> {};
    private volatile boolean closed;

    /** None runs at first; each keeps its checkpoint in a folder of its own below {@code folder}. */
    Movers(
            MoverFactory factory,
            Records records,
            MoverSpecs specs,
            Movements movements,
            Changes changes,
            Limits limits,
            Path folder) {
        this.factory = factory;
        this.records = records;
        this.specs = specs;
        this.movements = movements;
        this.changes = changes;
        this.limits = limits;
        this.folder = folder;
    }

    /** Who looks after a migration (its uuid) when one of its movers has something to say. */
    void onNews(Consumer<String> listener) {
        wake = listener;
    }

    /** Who is told, within the turn, of a migration whose movers have just been closed. */
    void onEnd(Consumer<Migration> listener) {
        ended = listener;
    }

    /** Has a migration looked after soon. */
    void wake(String uuid) {
        wake.accept(uuid);
    }

    /** What runs for a migration; in the order of its pairs. */
    List<RunningMover> of(Migration migration) {
        return running.getOrDefault(migration.getUuid(), List.of());
    }

    /** What runs for a migration and follows one side. */
    List<RunningMover> of(Migration migration, Side authority) {
        return of(migration).stream()
                .filter(one -> one.authority() == authority)
                .toList();
    }

    /** Everything that runs. */
    List<RunningMovement> all() {
        return running.values().stream()
                .flatMap(List::stream)
                .map(one -> new RunningMovement(
                        one.migration(),
                        Names.strip(Movements.direction(one.pair()), "MOVE_DIRECTION_"),
                        one.from(),
                        one.to(),
                        one.mover().status()))
                .toList();
    }

    /**
     * Makes and starts the movers that should run and do not. The epoch of each is stored before it is started, so whatever becomes of
     * this process, the next mover knows that this one may be alive.
     */
    void ensure(Migration migration) {
        Optional<Held<Movement>> stored = movements.of(migration);
        if (closed || stored.isEmpty()) {
            return;
        }
        List<RunningMover> now = running.computeIfAbsent(migration.getUuid(), uuid -> new CopyOnWriteArrayList<>());
        Movement.Builder next = stored.get().value().toBuilder();
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < next.getPairsCount(); i++) {
            MovedPair pair = next.getPairs(i);
            if (!pair.getDone() && now.stream().noneMatch(one -> Movements.same(one.pair(), pair))) {
                next.getPairsBuilder(i).setEpoch(pair.getEpoch() + 1);
                missing.add(i);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        changes.store(List.of(Movements.put(migration, stored, next.build())));
        for (int i : missing) {
            now.add(start(migration, next.build(), i));
        }
    }

    private RunningMover start(Migration migration, Movement movement, int index) {
        MovedPair pair = movement.getPairs(index);
        RunningMover one = new RunningMover(migration.getId(), pair, () -> wake.accept(migration.getUuid()));
        Routing routing = Routing.of(migration, Movements.inForce(migration, Optional.of(movement)));
        DataMover mover = make(
                specs.of(migration, pair, folder.resolve(migration.getUuid()).resolve(Integer.toString(index))), one);
        one.runs(mover);
        mover.dualWrites(movement.getDualWrites());
        mover.restrict(routing.on(one.authority()), limits.gate());
        if (migration.getStatus() == MigrationStatus.MIGRATION_STATUS_PAUSED) {
            mover.pause();
        }
        mover.start();
        LOG.info(
                "migration {}: mover {} of {} to {} started", migration.getId(), pair.getEpoch(), one.from(), one.to());
        return one;
    }

    private DataMover make(MoverSpec spec, RunningMover listener) {
        try {
            return factory.create(spec, listener);
        } catch (RuntimeException e) {
            LOG.error("migration {}: a mover could not be made", spec.migration(), e);
            return new UnmadeMover("the mover could not be made: " + e.getMessage(), listener);
        }
    }

    /** Whether something that should run does not. */
    boolean missing(Migration migration, Movement movement) {
        List<RunningMover> now = of(migration);
        return movement.getPairsList().stream()
                .anyMatch(pair -> !pair.getDone() && now.stream().noneMatch(one -> Movements.same(one.pair(), pair)));
    }

    /** Whether every follower has had everything once, and no key is missing there. */
    boolean ready(Migration migration) {
        List<RunningMover> now = of(migration);
        return !now.isEmpty() && now.stream().allMatch(RunningMover::ready);
    }

    /** Whether everything that should run does, and every follower has everything at this moment. */
    boolean caughtUp(Migration migration, Movement movement) {
        return !missing(migration, movement)
                && of(migration).stream().allMatch(one -> one.mover().status().caughtUp());
    }

    /** Whether those that follow a side are {@link #ready}. */
    private boolean ready(Migration migration, Side authority) {
        List<RunningMover> now = of(migration, authority);
        return !now.isEmpty() && now.stream().allMatch(RunningMover::ready);
    }

    /** Waits until those that follow a side are {@link #ready}, or one of them has failed, or the time is up. */
    boolean awaitReady(Migration migration, Side authority, Duration atMost) {
        await(
                atMost,
                () -> ready(migration, authority)
                        || of(migration, authority).stream().anyMatch(one -> one.failure() != null));
        return ready(migration, authority);
    }

    /**
     * Waits a while for what may only be a moment away: the second step of an opening, or the last changes; then, not as long, for a
     * moment in which little is owed, so that a hold is short. Not within the turn.
     *
     * @param sides whose changes are waited for
     */
    void awaitCaughtUp(Migration migration, Set<Side> sides, Duration atMost) {
        await(atMost, () -> !mayCatchUp(migration, sides, MoverStatus::caughtUp));
        await(CALM, () -> !mayCatchUp(migration, sides, Movers::calm));
    }

    private static boolean calm(MoverStatus status) {
        return status.caughtUp() && status.lagMs() < CALM_LAG_MS;
    }

    private static void await(Duration atMost, BooleanSupplier done) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!done.getAsBoolean()
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private boolean mayCatchUp(Migration migration, Set<Side> sides, Predicate<MoverStatus> enough) {
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        if (movement.isEmpty()) {
            return false;
        }
        List<MoverStatus> all = sides.stream()
                .flatMap(side -> of(migration, side).stream())
                .map(one -> one.mover().status())
                .toList();
        return switch (movement.get().getStage()) {
            case MOVEMENT_STAGE_OPENING -> sides.contains(Side.OLD);
            case MOVEMENT_STAGE_OPEN ->
                missing(migration, movement.get())
                        || (!all.stream().allMatch(enough)
                                && all.stream().noneMatch(status -> status.errorKeys() > 0 || status.paused()));
            default -> false;
        };
    }

    /**
     * Refuses while a mover has not done its work.
     *
     * @param sides whose changes must have been carried over
     * @param call what is refused: {@code "complete"}
     * @param force what the caller can do about it, beyond waiting
     */
    void requireCaughtUp(Migration migration, Movement movement, Set<Side> sides, String call, String force) {
        String see = " (see GET /api/v1/migrations/" + migration.getId() + "/progress)";
        boolean opens = sides.contains(Side.OLD) && movement.getStage() != MovementStage.MOVEMENT_STAGE_OPEN;
        if (opens || (!sides.isEmpty() && missing(migration, movement))) {
            throw ServiceException.conflict("cannot " + call + " now: the movement of the data is still "
                    + Names.strip(movement.getStage(), "MOVEMENT_STAGE_") + see + force);
        }
        for (Side side : sides) {
            for (RunningMover one : of(migration, side)) {
                requireCaughtUp(migration, one, call, see, force);
            }
        }
    }

    private static void requireCaughtUp(Migration migration, RunningMover one, String call, String see, String force) {
        MoverStatus status = one.mover().status();
        if (status.errorKeys() > 0) {
            throw new ServiceException(
                    Code.CONFLICT,
                    "cannot " + call + " now: " + status.errorKeys() + " keys could not be copied to " + one.to()
                            + "; mend the cause, or accept them (see GET /api/v1/migrations/" + migration.getId()
                            + "/error-keys)" + force,
                    Map.of("error_keys", status.errorKeys()));
        }
        if (!status.caughtUp()) {
            throw new ServiceException(
                    Code.CONFLICT,
                    "cannot " + call + " now: " + one.to() + " is " + status.lagMs() + " ms behind" + see + force,
                    Map.of("lag_ms", status.lagMs(), "owed", status.owed()));
        }
    }

    /** Completes when all that was changed on OLD before this call stands on NEW. */
    CompletableFuture<Void> passed(Migration migration) {
        return CompletableFuture.allOf(of(migration, Side.OLD).stream()
                .filter(RunningMover::follows)
                .map(one -> one.mover().passed())
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Why no mover can work for a pair; empty if one can. Waits for the servers. */
    Optional<String> refusal(Migration migration, MovedPair pair) {
        return refusal(probe(migration, pair));
    }

    /** What a probe has found that keeps a mover from following changes. */
    static Optional<String> refusal(MoverFactory.Probe probe) {
        Optional<String> blocker = probe.findings().stream()
                .filter(MoverFactory.Finding::blocker)
                .map(MoverFactory.Finding::message)
                .findFirst();
        return blocker.isPresent() || !probe.feed().isEmpty()
                ? blocker
                : Optional.of("the server offers no change feed");
    }

    /** Looks at both sides of a pair for a mover that is not made. Waits for the servers. */
    MoverFactory.Probe probe(Migration migration, MovedPair pair) {
        return factory.probe(specs.of(migration, pair, folder.resolve(migration.getUuid())));
    }

    /** A proxy is gone in the middle of what it did: under dual writes, half of an effect may be missing. */
    void proxyLost(String proxy) {
        for (Held<Migration> held : records.migrations()) {
            boolean dual = movements
                    .of(held.value())
                    .map(movement -> movement.value().getDualWrites())
                    .orElse(false);
            if (dual) {
                of(held.value()).forEach(one -> one.mover().recheck("proxy " + proxy + " was lost"));
            }
        }
    }

    /** Closes the movers of a migration; their checkpoints stay. Waits some seconds at most. */
    void close(Migration migration) {
        @Nullable List<RunningMover> gone = running.remove(migration.getUuid());
        if (gone != null) {
            gone.forEach(Movers::close);
            ended.accept(migration);
        }
    }

    /** Closes one of them. */
    void close(Migration migration, RunningMover one) {
        List<RunningMover> all = running.get(migration.getUuid());
        if (all != null && all.remove(one)) {
            close(one);
        }
    }

    private static void close(RunningMover one) {
        one.over();
        try {
            one.mover().close();
        } catch (RuntimeException e) {
            LOG.warn("the mover of {} did not stop cleanly", one.from(), e);
        }
    }

    /** Closes all, side by side, and makes no new ones. */
    void closeAll() {
        closed = true;
        running.values().stream().flatMap(List::stream).toList().parallelStream()
                .forEach(Movers::close);
        running.clear();
    }

    /** Where the reports of verifications are kept. */
    Path reports(Migration migration) {
        return folder.resolve(migration.getUuid()).resolve(REPORTS);
    }

    /** Removes what no mover will ever go on from: of movements that are over, and of migrations that are gone. */
    void tidy() {
        Map<String, Migration> known = new HashMap<>();
        records.migrations().forEach(held -> known.put(held.value().getUuid(), held.value()));
        for (Path one : Folders.list(folder)) {
            @Nullable Migration migration = known.get(String.valueOf(one.getFileName()));
            if (migration == null) {
                remove(one);
            } else if (movements
                    .of(migration)
                    .filter(held -> held.value().getStage() == MovementStage.MOVEMENT_STAGE_CLOSED)
                    .isPresent()) {
                forgetWork(migration);
            }
        }
    }

    /** Removes the checkpoints and spools of a movement that is over; the reports of verifications stay. */
    void forgetWork(Migration migration) {
        for (Path one : Folders.list(folder.resolve(migration.getUuid()))) {
            if (!one.endsWith(REPORTS)) {
                remove(one);
            }
        }
    }

    /** Removes all that was kept on disk for a migration whose movers are closed. */
    void forget(Migration migration) {
        remove(folder.resolve(migration.getUuid()));
    }

    private static void remove(Path left) {
        try {
            Folders.remove(left);
        } catch (IOException e) {
            LOG.warn("what movers left in {} could not be removed", left, e);
        }
    }
}
