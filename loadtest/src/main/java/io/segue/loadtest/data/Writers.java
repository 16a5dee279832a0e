package io.segue.loadtest.data;

import io.segue.loadtest.redis.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Clients that change a shared set of keys with everything there is, each on a thread and a connection of its own: they write, delete, expire,
 * rename, increment, push and pop, read groups of streams, run transactions and scripts, block until somebody else has pushed. Lost connections are
 * opened again; errors are counted. {@link #start} and {@link #stop} belong to one thread.
 */
public final class Writers implements AutoCloseable {
    private static final int LABEL = 60;
    private static final long STOP_LIMIT_MS = 20_000;

    private final List<Writer> writers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Tally tally = new Tally();

    /**
     * What to write.
     *
     * @param seed of every choice
     * @param clients how many, at least 1, spread evenly over the targets; one in five works outside of database 0 if there are several
     * @param keys which keys are meant: those that {@link MixedData} has made, of matching kinds
     * @param count numbers below this are used, and a twentieth more, which are new keys
     * @param hot share of commands that go to the first ten keys, 0.0 to 1.0
     * @param rate commands in a second of each client; 0: flat out
     * @param undeclared whether scripts write keys that the command does not name; not for clusters
     * @param flushes whether the two databases after the others are flushed and swapped now and then; not for clusters
     */
    public record Settings(
            long seed,
            int clients,
            MixedKeys keys,
            long count,
            double hot,
            double rate,
            boolean undeclared,
            boolean flushes) {
        /** 20 clients on the keys of {@code data}; a fifth of the commands on hot keys; no undeclared keys, no flushes. */
        public static Settings of(MixedData data, long seed, double rate) {
            return new Settings(seed, 20, data.keys(), data.count(), 0.2, rate, false, false);
        }

        /** The same with another number of clients. */
        public Settings withClients(int number) {
            return new Settings(seed, number, keys, count, hot, rate, undeclared, flushes);
        }

        /** The same with scripts that write keys which the command does not name. */
        public Settings withUndeclared() {
            return new Settings(seed, clients, keys, count, hot, rate, true, flushes);
        }

        /** The same with scripts that write keys which the command does not name, and with FLUSHDB and SWAPDB. */
        public Settings withNasty() {
            return new Settings(seed, clients, keys, count, hot, rate, true, true);
        }
    }

    /**
     * What was done.
     *
     * @param commands answered
     * @param byCommand answered without an error, by name of the command
     * @param errors error replies by the beginning of their text, and lost connections
     */
    public record Report(long commands, Map<String, Long> byCommand, Map<String, Long> errors) {}

    /** Counts for all writers. Thread-safe. */
    static final class Tally {
        private final Map<String, LongAdder> done = new ConcurrentHashMap<>();
        private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
        private final LongAdder commands = new LongAdder();

        void done(String command) {
            commands.increment();
            done.computeIfAbsent(command, name -> new LongAdder()).increment();
        }

        void failed(String text) {
            commands.increment();
            lost(text);
        }

        void lost(String text) {
            // What follows a quote names a key: one label for all of them.
            int quote = text.indexOf('\'');
            String label = text.substring(0, Math.min(quote < 0 ? text.length() : quote, LABEL))
                    .strip();
            errors.computeIfAbsent(label, name -> new LongAdder()).increment();
        }

        private static Map<String, Long> sums(Map<String, LongAdder> adders) {
            Map<String, Long> sums = new TreeMap<>();
            adders.forEach((name, sum) -> sums.put(name, sum.sum()));
            return sums;
        }
    }

    /**
     * Makes the writers; nothing is connected yet.
     *
     * @param targets where the clients go, each to one of them: ports of proxies, say; at least one
     * @param direct where one more client goes, past the proxies; null for none
     */
    public Writers(List<? extends Store> targets, @Nullable Store direct, Settings settings) {
        for (int i = 0; i < settings.clients; i++) {
            add(new Writer(targets.get(i % targets.size()), settings, i, tally));
        }
        if (direct != null) {
            add(new Writer(direct, settings, settings.clients, tally));
        }
        add(new Writer(targets.get(0), settings, Writer.BLOCKER, tally));
    }

    private void add(Writer writer) {
        writers.add(writer);
        Thread thread = new Thread(writer, "writer-" + writers.size());
        thread.setDaemon(true);
        threads.add(thread);
    }

    /** Begins. */
    public Writers start() {
        threads.forEach(Thread::start);
        return this;
    }

    /** Commands answered so far. */
    public long commands() {
        return tally.commands.sum();
    }

    /**
     * Ends all clients, each after the command it is in, and waits for them.
     *
     * @throws IllegalStateException if one still waits for its server after 20 s
     */
    public Report stop() throws InterruptedException {
        writers.forEach(Writer::stop);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_LIMIT_MS);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            thread.join(Math.max(1, left));
        }
        long running = threads.stream().filter(Thread::isAlive).count();
        if (running > 0) {
            close();
            throw new IllegalStateException(running + " writers wait for their server still, " + STOP_LIMIT_MS
                    + " ms after they were told to stop");
        }
        return new Report(commands(), Tally.sums(tally.done), Tally.sums(tally.errors));
    }

    /** Ends all clients at once, whatever they are waiting for. */
    @Override
    public void close() {
        writers.forEach(Writer::abort);
    }
}
