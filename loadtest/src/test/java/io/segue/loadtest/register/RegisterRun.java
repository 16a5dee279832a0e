package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Three proxies, a migration with a copy, and clients that read and write registers through them all the time. Figures for a longer run than
 * CI's: {@code -Dsegue.toggles}, {@code -Dsegue.rate} (operations per second), {@code -Dsegue.restMillis} (between two switches).
 */
final class RegisterRun implements AutoCloseable {
    /** Everything stays on OLD. */
    static final String ALL_OLD = cutover(0);
    /** There and back is two. */
    static final int TOGGLES = Integer.getInteger("segue.toggles", 4);

    private static final int RATE = Integer.getInteger("segue.rate", 1_500);
    private static final int REST_MILLIS = Integer.getInteger("segue.restMillis", 400);
    private static final long SEED = Long.getLong("segue.seed", System.nanoTime());
    /** A switch belongs to what was sent so long before it, and after it. */
    private static final long AROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Rig rig;
    private final RegisterSettings settings;
    private final RegisterLoad load;
    private final List<Switch> switches = new ArrayList<>();
    private final long startedNanos;
    private @Nullable History history;
    private long stoppedNanos;

    /** When a change of the plan was asked for, and when it was in force everywhere. */
    private record Switch(String name, long fromNanos, long toNanos) {}

    /** A call that moves the authority. */
    interface Step {
        void run() throws IOException, InterruptedException;
    }

    private RegisterRun(Rig rig, RegisterSettings settings) throws IOException, InterruptedException {
        this.rig = rig;
        this.settings = settings;
        this.load = new RegisterLoad(settings);
        load.start();
        this.startedNanos = System.nanoTime();
    }

    static RegisterRun start() throws IOException, InterruptedException {
        Rig rig = Rig.start(3, "--threads", "1");
        return start(rig, rig.proxies().stream().map(Proxy::port).toList());
    }

    /** Takes the rig over; the clients connect to {@code ports}. */
    static RegisterRun start(Rig rig, List<Integer> ports) throws IOException, InterruptedException {
        boolean up = false;
        try {
            RegisterRun run = new RegisterRun(rig, RegisterSettings.of(ports, RATE, SEED));
            up = true;
            return run;
        } finally {
            if (!up) {
                rig.close();
            }
        }
    }

    /** The guide's last canary stage with another share. */
    static String cutover(double share) {
        return String.format(Locale.ROOT, """
                {"type": "canary", "read_percentage": %1$.2f,
                 "write_mode": {"mode": "cutover", "write_percentage": %1$.2f}}""", share);
    }

    Rig rig() {
        return rig;
    }

    RegisterLoad load() {
        return load;
    }

    /** Creates the migration and copies the data; returns when NEW follows. */
    void begin(String strategy) throws IOException, InterruptedException {
        rig.migrate(strategy, Rig.scan("replace"));
        rig.awaitOpen();
        rest();
    }

    /** Makes a change, notes how long it took until all proxies had it, and lets the load go on for a while. */
    void change(String name, Step step) throws IOException, InterruptedException {
        long from = System.nanoTime();
        step.run();
        switches.add(new Switch(name, from - AROUND_NANOS, System.nanoTime() + AROUND_NANOS));
        rest();
    }

    /** Changes the strategy. */
    void patch(String name, String strategy) throws IOException, InterruptedException {
        change(name, () -> {
            rig.patch(strategy);
            rig.awaitOpen();
        });
    }

    /** Waits for as many answers as a rest between two switches brings. */
    void rest() throws IOException, InterruptedException {
        long enough = load.answered() + (long) RATE * REST_MILLIS / 1_000;
        Rig.await("answers", () -> load.answered() >= enough);
    }

    /** Ends the load; returns what has happened. */
    History finish() throws InterruptedException {
        stoppedNanos = System.nanoTime();
        History all = load.stop();
        history = all;
        return all;
    }

    /** What had been sent when {@link #finish} was called: without the reads of all keys at the end. */
    History withoutTheLastReads(History all) {
        return all.until(stoppedNanos);
    }

    /** Ends the load; fails if a client has got an error, or a key is not linearizable. Prints how long the clients waited. */
    void assertLinearizable(String title) throws InterruptedException {
        History all = finish();
        RegisterChecker.Result result = RegisterChecker.check(all);
        System.out.println("registers: " + title + ", seed " + SEED + ": " + result.text());
        Pace pace = Pace.of(all, startedNanos, stoppedNanos);
        System.out.println("  all: " + pace.text());
        double longest = 0;
        for (Switch change : switches) {
            Pace during = Pace.of(all, change.fromNanos, change.toNanos);
            longest = Math.max(longest, during.longest());
            System.out.println(String.format(
                    Locale.ROOT,
                    "  %s: %.0f ms, %s",
                    change.name,
                    (change.toNanos - change.fromNanos - 2 * AROUND_NANOS) / 1e6,
                    during.text()));
        }
        System.out.println(String.format(
                Locale.ROOT,
                "  longest wait in %d switches: %.1f ms; p99 of the whole run: %.1f ms",
                switches.size(),
                longest,
                pace.p99()));
        assertThat(load.errors()).isEmpty();
        assertThat(result.linearizable()).as("seed %d: %s", SEED, result.text()).isTrue();
        assertThat(pace.unanswered()).isZero();
    }

    /** Whether {@code server} holds what the last read of every key has shown. After {@link #finish}, when nobody writes. */
    void assertHolds(RedisServer server) throws IOException {
        History all = history;
        if (all == null) {
            throw new IllegalStateException("the load is still on");
        }
        long[] last = new long[settings.keys()];
        for (int i = 0; i < all.size(); i++) {
            if (all.action(i) == Action.READ && all.outcome(i) == Outcome.DONE) {
                last[all.key(i)] = all.value(i);
            }
        }
        try (RespClient redis = server.connect()) {
            for (int key = 0; key < last.length; key++) {
                String expected = last[key] == History.NOTHING ? "(nil)" : Long.toString(last[key]);
                assertThat(redis.call("GET", settings.name(key)).text())
                        .as(settings.name(key))
                        .isEqualTo(expected);
            }
        }
    }

    @Override
    public void close() {
        try {
            load.close();
        } finally {
            rig.close();
        }
    }
}
