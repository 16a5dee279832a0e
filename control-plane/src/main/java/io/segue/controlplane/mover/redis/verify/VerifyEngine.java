package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of both sides of a movement, on two threads of its own. The sides may be written all the while, by whomever; see
 * {@link VerifyContext} for what the mover has to know of that. To be begun once the first copy is done: what was not copied yet is missing.
 *
 * <p>{@code compared} of the result counts the authority's keys; a key is counted as it is read, even if it is still in doubt. {@code skipped} counts the keys that
 * differ and were left alone on purpose.
 */
public final class VerifyEngine implements Verification {
    private static final String CANCELLED = "cancelled";

    private final VerifyContext context;
    private final VerifySettings settings;
    private final KeyChoice choice;
    private final Tally tally = new Tally();
    private final Doubts doubts = new Doubts();
    private final Connections connections = new Connections();
    private final CountDownLatch ended = new CountDownLatch(2);
    private final long startedMs = System.currentTimeMillis();
    private final @Nullable VerifyReport report;
    private final Thread sweeper;
    private final Thread examiner;

    private State state = State.RUNNING;
    private String reason = "";
    private long endedMs;

    private VerifyEngine(
            VerifyContext context,
            VerifySettings settings,
            double sample,
            @Nullable VerifyReport report,
            boolean marks,
            boolean settles) {
        this.context = context;
        this.settings = settings;
        this.choice = new KeyChoice(sample);
        this.report = report;
        Findings findings = new Findings(context, tally, report, marks, settles);
        Examiner examination = new Examiner(context, settings, connections, doubts, findings, settles);
        this.sweeper = thread("segue-verify-sweep", this::sweep);
        this.examiner = thread("segue-verify-examine", examination::run);
    }

    /**
     * Begins a comparison that reports what differs.
     *
     * @throws IllegalArgumentException the share is not above 0.0 up to 1.0
     * @throws IOException the report cannot be written
     */
    public static VerifyEngine verify(VerifyContext context, VerifySpec spec, VerifySettings settings)
            throws IOException {
        new KeyChoice(spec.sample());
        VerifyReport report = new VerifyReport(spec.report(), settings.reportLines());
        return new VerifyEngine(context, settings, spec.sample(), report, spec.repair(), true).begin();
    }

    /**
     * Begins a comparison that gives what differs to the mover, for when changes may have been missed. Whatever is not equal at the first look is marked; there is no report
     * and no second look. Before it begins, the feed must be on again, keys whose copy is in flight must count as changed again, and effects of dual
     * writes from before must have arrived: a copy or an effect that lands after the look could undo what was seen.
     */
    public static VerifyEngine recheck(VerifyContext context, VerifySettings settings) {
        return new VerifyEngine(context, settings, 1.0, null, true, false).begin();
    }

    private VerifyEngine begin() {
        synchronized (this) {
            // Whoever ends it ends both.
            sweeper.start();
            examiner.start();
        }
        return this;
    }

    private Thread thread(String name, Work work) {
        Thread thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
        return thread;
    }

    private void run(Work work) {
        boolean complete = false;
        try {
            work.run();
            complete = true;
        } catch (InterruptedException e) {
            end(State.CANCELLED, CANCELLED);
        } catch (IOException | RuntimeException e) {
            end(State.FAILED, message(e));
        } finally {
            if (!complete) {
                end(State.FAILED, "an internal error");
            }
            over();
        }
    }

    private static String message(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private void sweep() throws IOException, InterruptedException {
        Retry retry = new Retry(settings.retry());
        List<Integer> databases = databases(retry);
        for (int db : databases) {
            count(db, retry);
        }
        for (int db : databases) {
            for (int shard = 0; shard < context.shards(Side.AUTHORITY); shard++) {
                new ForwardSweep(context, settings, choice, doubts, tally, db, shard).run(connections);
            }
        }
        for (int db : databases) {
            for (int shard = 0; context.extras() && shard < context.shards(Side.FOLLOWER); shard++) {
                new ExtraSweep(context, settings, choice, doubts, db, shard).run(connections);
            }
        }
        doubts.complete();
    }

    private List<Integer> databases(Retry retry) throws IOException, InterruptedException {
        while (true) {
            try {
                return new ArrayList<>(context.databases());
            } catch (IOException e) {
                retry.after(e);
            }
        }
    }

    private void count(int db, Retry retry) throws IOException, InterruptedException {
        while (true) {
            try (SideLink authority = new SideLink(context, connections, Side.AUTHORITY, db)) {
                long keys = 0;
                for (int shard = 0; shard < authority.count(); shard++) {
                    keys += authority.keys(shard);
                }
                tally.total(choice.of(keys));
                retry.progress();
                return;
            } catch (IOException e) {
                retry.after(e);
            }
        }
    }

    /** Ends everything; the first reason counts. */
    private void end(State how, String why) {
        synchronized (this) {
            if (state != State.RUNNING || ended.getCount() == 0) {
                return;
            }
            state = how;
            reason = why;
            endedMs = System.currentTimeMillis();
        }
        sweeper.interrupt();
        examiner.interrupt();
        connections.closeAll();
    }

    /** One thread has ended; the last one closes the report. */
    private void over() {
        synchronized (this) {
            if (ended.getCount() == 1) {
                finish();
            }
            ended.countDown();
        }
    }

    private void finish() {
        connections.closeAll();
        boolean done = state == State.RUNNING;
        endedMs = System.currentTimeMillis();
        try (VerifyReport closing = report) {
            if (closing != null) {
                closing.complete(tally.result(done ? State.DONE : state, reason, startedMs, endedMs));
            }
            state = done ? State.DONE : state;
        } catch (IOException e) {
            state = State.FAILED;
            reason = "the report cannot be written: " + message(e);
        }
    }

    @Override
    public synchronized Result result() {
        return tally.result(state, reason, startedMs, endedMs);
    }

    @Override
    public void cancel() {
        end(State.CANCELLED, CANCELLED);
    }

    /** Waits until both threads have ended and the report is in its place; false if that takes longer than {@code limit}. */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** What a thread does. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }
}
