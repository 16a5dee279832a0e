package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.redis.verify.Bench.Judgement;
import io.segue.controlplane.mover.redis.verify.Doubts.Doubt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the keys in doubt until something is certain. A difference is certain only when it was seen after the mover had passed the key and
 * nothing was changed between the reads: count of changes first, then "not owed", then both reads, then a barrier of the feed, and then
 * the same count and still not owed; under dual writes twice so, with a settle in between. Every other difference is looked at again, a little later each time. Equal is equal at any time: a value that
 * both sides hold is no error, whoever is about to change it. For one thread.
 */
final class Examiner {
    private static final int BATCH = 256;
    private static final int MOST_WAITING = 65_536;
    private static final long IDLE_NANOS = 50_000_000;

    private final VerifyContext context;
    private final VerifySettings settings;
    private final Connections connections;
    private final Doubts doubts;
    private final Outcome outcome;
    private final boolean settles;
    private final Retry retry;
    private final Map<Integer, Bench> benches = new HashMap<>();
    private final PriorityQueue<Suspect> waiting = new PriorityQueue<>(Suspect.BY_DUE);

    /**
     * Nothing is opened before {@link #run}.
     *
     * @param settles whether a difference must be certain; else whatever differs at the first look is one
     */
    Examiner(
            VerifyContext context,
            VerifySettings settings,
            Connections connections,
            Doubts doubts,
            Outcome outcome,
            boolean settles) {
        this.context = context;
        this.settings = settings;
        this.connections = connections;
        this.doubts = doubts;
        this.outcome = outcome;
        this.settles = settles;
        this.retry = new Retry(settings.retry());
    }

    /** Works until no more doubts can come and none is left. */
    void run() throws IOException, InterruptedException {
        try {
            while (!(doubts.exhausted() && waiting.isEmpty())) {
                takeIn();
                List<Suspect> batch = due();
                if (!batch.isEmpty()) {
                    examine(batch);
                }
            }
        } finally {
            benches.values().forEach(Bench::close);
        }
    }

    /** Takes what the sweep has found; waits for it if nothing else is to be done. */
    private void takeIn() throws InterruptedException {
        long now = System.nanoTime();
        Suspect first = waiting.peek();
        long wait = first == null ? IDLE_NANOS : Math.min(IDLE_NANOS, Math.max(0, first.due() - now));
        if (waiting.size() >= MOST_WAITING) {
            Thread.sleep(wait / 1_000_000 + 1);
            return;
        }
        Doubt doubt = doubts.exhausted() ? null : doubts.poll(wait);
        if (doubt == null && doubts.exhausted() && wait > 0) {
            Thread.sleep(Math.min(wait / 1_000_000 + 1, IDLE_NANOS / 1_000_000));
        }
        for (int i = 1; doubt != null; i++) {
            waiting.add(new Suspect(doubt.db(), doubt.key(), System.nanoTime()));
            doubt = i < BATCH ? doubts.poll(0) : null;
        }
    }

    /** Suspects of one database whose time has come. */
    private List<Suspect> due() {
        List<Suspect> batch = new ArrayList<>();
        long now = System.nanoTime();
        for (Suspect next = waiting.peek();
                next != null
                        && next.due() - now <= 0
                        && batch.size() < BATCH
                        && (batch.isEmpty() || batch.get(0).db == next.db);
                next = waiting.peek()) {
            batch.add(waiting.remove());
        }
        return batch;
    }

    private void examine(List<Suspect> batch) throws IOException, InterruptedException {
        List<Suspect> read = new ArrayList<>(batch.size());
        for (Suspect suspect : batch) {
            if (ready(suspect)) {
                read.add(suspect);
            }
        }
        if (read.isEmpty()) {
            return;
        }
        Map<Suspect, Kind> different = new HashMap<>();
        long lookedAt = System.nanoTime();
        try {
            compare(read, different);
            retry.progress();
        } catch (IOException e) {
            drop(read.get(0).db);
            // One of them may be the reason: they are not tried for ever.
            read.forEach(this::attempted);
            retry.after(e);
            return;
        }
        if (!different.isEmpty()) {
            decide(different, lookedAt);
        }
    }

    /** Whether it can be compared now. */
    private boolean ready(Suspect suspect) {
        if (context.skip(suspect.db, suspect.key)) {
            outcome.skipped(suspect);
            return false;
        }
        suspect.changes = context.changes(suspect.db, suspect.key);
        if (settles && context.isOwed(suspect.db, suspect.key)) {
            again(suspect);
            return false;
        }
        return true;
    }

    private void compare(List<Suspect> suspects, Map<Suspect, Kind> different)
            throws IOException, InterruptedException {
        context.throttle(suspects.size(), 0);
        Bench bench = bench(suspects.get(0).db);
        bench.look(suspects);
        List<Suspect> unknown = new ArrayList<>();
        List<Suspect> equal = new ArrayList<>();
        for (Suspect suspect : suspects) {
            Judgement judgement = bench.judge(suspect);
            Kind kind = judgement.kind();
            if (kind != null) {
                different.put(suspect, kind);
            } else {
                (judgement == Judgement.EQUAL ? equal : unknown).add(suspect);
            }
        }
        // Only now, because a lost connection sends all of them back.
        equal.forEach(outcome::equal);
        unknown.forEach(this::attempted);
    }

    private void decide(Map<Suspect, Kind> different, long lookedAt) throws InterruptedException {
        boolean named = !settles || context.feedBarrier();
        long settleNanos = settles ? context.settleMs() * 1_000_000 : 0;
        long now = System.nanoTime();
        different.forEach((suspect, kind) -> {
            if (!named || (settles && !untouched(suspect))) {
                attempted(suspect);
            } else if (!suspect.stillDifferent(lookedAt, now, settleNanos)) {
                suspect.afterSettle(settleNanos);
                waiting.add(suspect);
            } else if (outcome.different(suspect, kind)) {
                suspect.repair(now);
                waiting.add(suspect);
            }
        });
    }

    private boolean untouched(Suspect suspect) {
        return context.changes(suspect.db, suspect.key) == suspect.changes && !context.isOwed(suspect.db, suspect.key);
    }

    private void attempted(Suspect suspect) {
        suspect.attempted();
        again(suspect);
    }

    private void again(Suspect suspect) {
        long now = System.nanoTime();
        if (suspect.hopeless(now, settings)) {
            outcome.unsettled(suspect);
        } else {
            suspect.later(now);
            waiting.add(suspect);
        }
    }

    private Bench bench(int db) throws IOException {
        Bench bench = benches.get(db);
        if (bench == null) {
            bench = new Bench(context, settings, connections, db);
            benches.put(db, bench);
        }
        return bench;
    }

    private void drop(int db) {
        @Nullable Bench bench = benches.remove(db);
        if (bench != null) {
            bench.close();
        }
    }

    /** Is told what has become certain. */
    interface Outcome {
        void equal(Suspect suspect);

        void skipped(Suspect suspect);

        void unsettled(Suspect suspect);

        /** A difference; says whether the key was given to the mover and must be compared again. */
        boolean different(Suspect suspect, Kind kind);
    }
}
