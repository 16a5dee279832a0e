package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.Result;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.VerificationResult;
import io.segue.proto.v1.VerificationState;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Comparisons of both sides: one at a time for each migration, over all its movers. The last one is kept. Thread-safe. */
final class Verifications {
    private static final Duration END_LIMIT = Duration.ofSeconds(2);
    private static final long POLL_NANOS = 5_000_000;

    private final Store store;
    private final Movers movers;
    private final Changes changes;
    private final EventLog events;
    private final Clock clock;
    private final Map<String, Active> running = new ConcurrentHashMap<>();

    /** One that was begun in this process. */
    private record Active(VerificationResult begun, List<Verification> parts) {}

    Verifications(Store store, Movers movers, Changes changes, EventLog events, Clock clock) {
        this.store = store;
        this.movers = movers;
        this.changes = changes;
        this.events = events;
        this.clock = clock;
    }

    /** Begins one. To be called within the turn. */
    VerificationResult begin(Migration migration, double sample, boolean repair) {
        Optional<VerificationResult> last = last(migration);
        if (last.isPresent() && last.get().getState() == VerificationState.VERIFICATION_STATE_RUNNING) {
            throw ServiceException.conflict(
                    "verification " + last.get().getId() + " is under way; wait for its end, or cancel it");
        }
        List<RunningMover> all = movers.of(migration);
        requireCopied(migration, all);
        VerificationResult begun = VerificationResult.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setState(VerificationState.VERIFICATION_STATE_RUNNING)
                .setSample(sample)
                .setRepair(repair)
                .setStartedAt(Times.of(clock.instant()))
                .build();
        List<Verification> parts = begin(all, begun, freshFolder(migration, begun.getId()));
        running.put(migration.getUuid(), new Active(begun, parts));
        changes.store(List.of(put(migration, begun)));
        return begun;
    }

    private static void requireCopied(Migration migration, List<RunningMover> all) {
        if (all.isEmpty()) {
            throw ServiceException.conflict("migration " + migration.getId()
                    + " has no mover now, so nobody can compare its data (expected: a running migration with data"
                    + " movement)");
        }
        for (RunningMover one : all) {
            MoverStatus.Phase phase = one.mover().status().phase();
            if (phase != MoverStatus.Phase.FOLLOWING && phase != MoverStatus.Phase.DONE) {
                throw ServiceException.conflict("the copy from " + one.pair().getOldEndpoint() + " to "
                        + one.pair().getNewEndpoint() + " is not done yet; verify when it has caught up");
            }
        }
    }

    private static List<Verification> begin(List<RunningMover> all, VerificationResult begun, Path folder) {
        List<Verification> parts = new ArrayList<>();
        try {
            for (RunningMover one : all) {
                parts.add(one.mover()
                        .verify(new VerifySpec(
                                begun.getSample(), begun.getRepair(), folder.resolve(parts.size() + ".jsonl"))));
            }
            return parts;
        } catch (RuntimeException e) {
            parts.forEach(Verification::cancel);
            throw ServiceException.conflict("cannot verify now: " + e.getMessage());
        }
    }

    /** An empty folder for the reports of one verification; those before it are removed. */
    private Path freshFolder(Migration migration, String id) {
        Path all = movers.reports(migration);
        try {
            Folders.remove(all);
            return Files.createDirectories(all.resolve(id));
        } catch (IOException e) {
            throw new ServiceException(Code.UNAVAILABLE, "cannot write reports to " + all + ": " + e.getMessage());
        }
    }

    /** The last one; empty if there never was one. */
    Optional<VerificationResult> last(Migration migration) {
        @Nullable Active active = running.get(migration.getUuid());
        if (active != null) {
            return Optional.of(merged(active));
        }
        return store.get(io.segue.controlplane.store.Kind.VERIFICATION, migration.getUuid())
                .map(record -> Records.parse(record, VerificationResult.parser()))
                .map(Verifications::orLost);
    }

    /** What was running when the process before this one ended runs no more. */
    private static VerificationResult orLost(VerificationResult stored) {
        return stored.getState() == VerificationState.VERIFICATION_STATE_RUNNING
                ? stored.toBuilder()
                        .setState(VerificationState.VERIFICATION_STATE_FAILED)
                        .setReason("the control plane was restarted")
                        .build()
                : stored;
    }

    /** Ends it early. Returns how it stands then, which may still be running for a moment. */
    VerificationResult cancel(Migration migration) {
        @Nullable Active active = running.get(migration.getUuid());
        if (active == null || merged(active).getState() != VerificationState.VERIFICATION_STATE_RUNNING) {
            throw ServiceException.conflict(
                    "no verification of migration " + migration.getId() + " is under way (expected: one to cancel)");
        }
        active.parts().forEach(Verification::cancel);
        return merged(active);
    }

    /** Writes down what has ended. Takes the turn. */
    void lookAfter(Migration migration) {
        @Nullable Active active = running.get(migration.getUuid());
        if (active == null) {
            return;
        }
        VerificationResult now = merged(active);
        if (now.getState() == VerificationState.VERIFICATION_STATE_RUNNING) {
            return;
        }
        changes.exclusively(() -> {
            changes.store(List.of(put(migration, now), events.note(migration, "verify ended", summary(now))));
            running.remove(migration.getUuid(), active);
            return now;
        });
    }

    /** Ends what its movers can no longer carry on, and writes it down. To be called within the turn. */
    void moversAreGone(Migration migration) {
        @Nullable Active active = running.get(migration.getUuid());
        if (active == null) {
            return;
        }
        active.parts().forEach(Verification::cancel);
        VerificationResult now = merged(active);
        for (long deadline = System.nanoTime() + END_LIMIT.toNanos();
                now.getState() == VerificationState.VERIFICATION_STATE_RUNNING && System.nanoTime() - deadline < 0;
                now = merged(active)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        if (now.getState() == VerificationState.VERIFICATION_STATE_RUNNING) {
            now = now.toBuilder()
                    .setState(VerificationState.VERIFICATION_STATE_CANCELLED)
                    .setClean(false)
                    .setEndedAt(Times.of(clock.instant()))
                    .build();
        }
        if (now.getState() != VerificationState.VERIFICATION_STATE_DONE
                && now.getReason().isEmpty()) {
            now = now.toBuilder()
                    .setReason("the movers of the migration were closed")
                    .build();
        }
        changes.store(List.of(put(migration, now), events.note(migration, "verify ended", summary(now))));
        running.remove(migration.getUuid(), active);
    }

    private static Change put(Migration migration, VerificationResult result) {
        return Change.put(io.segue.controlplane.store.Kind.VERIFICATION, migration.getUuid(), result.toByteString());
    }

    /** The report: one JSON object a line. To be closed. */
    InputStream report(Migration migration) throws IOException {
        VerificationResult last =
                last(migration).orElseThrow(() -> ServiceException.notFound("verification of", migration.getId()));
        Path folder = movers.reports(migration).resolve(last.getId());
        if (!Files.isDirectory(folder)) {
            throw ServiceException.notFound("the report of verification", last.getId());
        }
        List<InputStream> files = new ArrayList<>();
        try (Stream<Path> listed = Files.list(folder)) {
            for (Path file : listed.sorted().toList()) {
                files.add(Files.newInputStream(file));
            }
        }
        return new SequenceInputStream(Collections.enumeration(files));
    }

    private static VerificationResult merged(Active active) {
        VerificationResult.Builder all = active.begun().toBuilder();
        VerificationState state = VerificationState.VERIFICATION_STATE_DONE;
        long ended = 0;
        boolean clean = true;
        for (Verification part : active.parts()) {
            Result one = part.result();
            VerificationState mine = VerificationState.valueOf(
                    "VERIFICATION_STATE_" + one.state().name());
            if (rank(mine) > rank(state)) {
                state = mine;
            }
            if (!one.reason().isEmpty()) {
                all.setReason(all.getReason().isEmpty() ? one.reason() : all.getReason() + "; " + one.reason());
            }
            ended = Math.max(ended, one.endedMs());
            clean &= one.clean();
            add(all, one);
        }
        if (state != VerificationState.VERIFICATION_STATE_RUNNING) {
            all.setEndedAt(Times.ofMillis(ended));
        }
        return all.setState(state).setClean(clean).build();
    }

    private static int rank(VerificationState state) {
        return switch (state) {
            case VERIFICATION_STATE_RUNNING -> 3;
            case VERIFICATION_STATE_FAILED -> 2;
            case VERIFICATION_STATE_CANCELLED -> 1;
            default -> 0;
        };
    }

    private static void add(VerificationResult.Builder all, Result one) {
        Map<Kind, Long> different = one.different();
        all.setCompared(all.getCompared() + one.compared())
                .setTotal(all.getTotal() + one.total())
                .setMissing(all.getMissing() + different.getOrDefault(Kind.MISSING, 0L))
                .setExtra(all.getExtra() + different.getOrDefault(Kind.EXTRA, 0L))
                .setValue(all.getValue() + different.getOrDefault(Kind.VALUE, 0L))
                .setType(all.getType() + different.getOrDefault(Kind.TYPE, 0L))
                .setTtl(all.getTtl() + different.getOrDefault(Kind.TTL, 0L))
                .setUnsettled(all.getUnsettled() + one.unsettled())
                .setSkipped(all.getSkipped() + one.skipped())
                .setRepaired(all.getRepaired() + one.repaired());
    }

    private static String summary(VerificationResult result) {
        return Names.strip(result.getState(), "VERIFICATION_STATE_")
                + (result.getReason().isEmpty() ? "" : " (" + result.getReason() + ")") + ": "
                + result.getCompared() + " keys compared, " + result.getMissing() + " missing, " + result.getExtra()
                + " extra, " + result.getValue() + " with another value, " + result.getType() + " with another type, "
                + result.getTtl() + " with another expiry, " + result.getUnsettled() + " unsettled, "
                + result.getRepaired() + " repaired";
    }
}
