package io.segue.loadtest.data;

import io.segue.loadtest.data.Difference.Kind;
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** The threads of a comparison, and what they have found. Pages come from one thread. */
final class CompareWorkers implements AutoCloseable {
    private static final int MOST_REMEMBERED = 200_000;

    private final IndependentCompare.Settings settings;
    private final ExecutorService threads;
    private final BlockingQueue<PageCompare> idle;
    private final List<PageCompare> compares = new ArrayList<>();
    private final List<Side> sides = new ArrayList<>();
    private final Semaphore room;
    private final Queue<Future<?>> running = new ArrayDeque<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final List<Difference> differences = new ArrayList<>();
    private final Set<Seen> seen = new HashSet<>();
    private int db;

    /** A difference that is counted: SCAN may show a key twice. */
    private record Seen(Kind kind, int db, ByteBuffer key) {}

    CompareWorkers(Store one, Store other, IndependentCompare.Settings settings) throws IOException {
        this.settings = settings;
        this.room = new Semaphore(2 * settings.workers());
        this.idle = new ArrayBlockingQueue<>(settings.workers());
        this.threads = Executors.newFixedThreadPool(settings.workers(), task -> {
            Thread thread = new Thread(task, "compare");
            thread.setDaemon(true);
            return thread;
        });
        boolean done = false;
        try {
            for (int i = 0; i < settings.workers(); i++) {
                Side here = new Side(one);
                sides.add(here);
                Side there = new Side(other);
                sides.add(there);
                PageCompare compare = new PageCompare(here, there, settings);
                compares.add(compare);
                idle.add(compare);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /** All workers look at this database from now on; none may be at work. */
    void select(int number) throws IOException {
        db = number;
        for (Side side : sides) {
            side.session().select(number);
        }
    }

    /**
     * Gives a page to the next free worker; waits while all have enough to do.
     *
     * @param onlyExtra whether everything but extra keys has been found before
     */
    void compare(List<byte[]> page, boolean onlyExtra) throws IOException, InterruptedException {
        room.acquire();
        while (!running.isEmpty() && running.peek().isDone()) {
            finish(running.remove());
        }
        running.add(threads.submit(() -> {
            PageCompare compare = idle.take();
            try {
                List<Difference> found = compare.compare(db, page, isPatient());
                found(
                        onlyExtra
                                ? found.stream()
                                        .filter(d -> d.kind() == Kind.EXTRA)
                                        .toList()
                                : found);
            } finally {
                idle.add(compare);
                room.release();
            }
            return null;
        }));
    }

    /** Waits until all pages have been compared. */
    void awaitIdle() throws IOException, InterruptedException {
        while (!running.isEmpty()) {
            finish(running.remove());
        }
    }

    private static void finish(Future<?> task) throws IOException, InterruptedException {
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new IOException("the comparison failed: " + e.getCause(), e.getCause());
        }
    }

    private synchronized boolean isPatient() {
        return differences.size() < settings.most();
    }

    synchronized void found(List<Difference> found) {
        for (Difference difference : found) {
            Seen now = new Seen(difference.kind(), difference.db(), ByteBuffer.wrap(difference.key()));
            if (seen.size() < MOST_REMEMBERED && !seen.add(now)) {
                continue;
            }
            counts.merge(difference.kind(), 1L, Long::sum);
            if (differences.size() < settings.most()) {
                differences.add(difference);
            }
        }
    }

    synchronized Comparison result(Duration took) {
        Map<String, Long> byType = new HashMap<>();
        long keys = 0;
        long withExpiry = 0;
        for (PageCompare compare : compares) {
            keys += compare.keys();
            withExpiry += compare.withExpiry();
            compare.byType().forEach((type, count) -> byType.merge(type, count, Long::sum));
        }
        return new Comparison(keys, withExpiry, byType, counts, differences, took);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        sides.forEach(Side::close);
    }
}
