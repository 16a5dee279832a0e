package io.segue.loadtest.mover;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.MoverFactory.Epochs;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverFactory.MoverListener;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.redis.RedisMovers;
import io.segue.proto.v1.ConflictRule;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A mover without a control plane around it, which notes what it tells. */
final class MoverUnderTest implements AutoCloseable {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(Integer.getInteger("segue.follow.seconds", 60));

    final DataMover mover;
    final List<String> events = new CopyOnWriteArrayList<>();
    private final Path folder;
    private volatile boolean caughtUp;
    private volatile @Nullable String failure;

    /** What kind of mover. */
    static final class Options {
        private FeedChoice feed = FeedChoice.TRACKING;
        private Movement movement = Movement.SCAN;
        private ConflictRule rule = ConflictRule.CONFLICT_RULE_REPLACE;
        private long epoch = 1;
        private @Nullable Epochs epochs;
        private Ceilings ceilings = new Ceilings(0, 0, false);
        private @Nullable Path folder;
        private int followerDb;

        Options followerDb(int value) {
            followerDb = value;
            return this;
        }

        Options feed(FeedChoice value) {
            feed = value;
            return this;
        }

        Options movement(Movement value) {
            movement = value;
            return this;
        }

        Options rule(ConflictRule value) {
            rule = value;
            return this;
        }

        Options epoch(long value) {
            epoch = value;
            return this;
        }

        /** Where the mover asks which one is the last; without this it is itself. */
        Options epochs(Epochs value) {
            epochs = value;
            return this;
        }

        Options ceilings(Ceilings value) {
            ceilings = value;
            return this;
        }

        Options folder(Path value) {
            folder = value;
            return this;
        }

        /** Makes the mover; it is not started. */
        MoverUnderTest between(int authority, int follower) {
            return new MoverUnderTest(this, authority, follower);
        }

        /** Makes the mover and starts it. */
        MoverUnderTest start(int authority, int follower) {
            MoverUnderTest made = between(authority, follower);
            made.mover.start();
            return made;
        }
    }

    static Options options() {
        return new Options();
    }

    private MoverUnderTest(Options options, int authority, int follower) {
        folder = options.folder != null ? options.folder : newFolder();
        Epochs epochs = options.epochs;
        MoverSpec spec = new MoverSpec(
                "test",
                "4a7c1f0e-" + follower,
                options.epoch,
                endpoint("old", authority, 0),
                endpoint("new" + options.followerDb, follower, options.followerDb),
                options.movement,
                options.rule,
                options.feed,
                folder,
                options.ceilings,
                300,
                true,
                epochs != null ? epochs : () -> options.epoch);
        mover = new RedisMovers().create(spec, new MoverListener() {
            @Override
            public void caughtUp() {
                caughtUp = true;
            }

            @Override
            public void failed(String reason) {
                failure = reason;
            }

            @Override
            public void happened(String event, String detail) {
                events.add(event + ": " + detail);
            }
        });
    }

    private static Endpoint endpoint(String id, int port, int db) {
        return Endpoint.newBuilder()
                .setId(id)
                .setKind("redis")
                .setWriteConn(ConnectionConfig.newBuilder()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setDb(db))
                .build();
    }

    /** A folder for a mover's checkpoint, empty. */
    static Path newFolder() {
        try {
            return Files.createTempDirectory("segue-mover");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    MoverStatus status() {
        return mover.status();
    }

    /** Waits until the mover says that it has caught up. */
    void awaitCaughtUp() {
        await("caught up", () -> caughtUp);
    }

    /** Waits until everything that was executed before this call is carried over; at most the 5 s that a mover has for it. */
    void awaitPassed() throws Exception {
        mover.passed().get(5, TimeUnit.SECONDS);
    }

    /** Waits until the mover says that it cannot go on; returns why. */
    String awaitFailed() {
        long end = System.nanoTime() + LIMIT_NS;
        while (failure == null && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        String why = failure;
        if (why == null) {
            throw new AssertionError("the mover has not failed within 60 s; " + status() + " " + events);
        }
        return why;
    }

    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_NS;
        while (!condition.getAsBoolean()) {
            if (failure != null) {
                throw new AssertionError("the mover has failed: " + failure);
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not in time: " + what + "; " + status() + " " + events);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Compares both sides completely, by the mover's own verification. */
    Verification.Result verify() {
        Verification run = mover.verify(new DataMover.VerifySpec(1.0, false, folder.resolve("report.ndjson")));
        await("the end of the verification", () -> run.result().state() != Verification.State.RUNNING);
        return run.result();
    }

    /** Ends it; what it keeps on disk stays. */
    @Override
    public void close() {
        mover.close();
    }
}
