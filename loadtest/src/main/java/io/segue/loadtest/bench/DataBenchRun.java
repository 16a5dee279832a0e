package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.Program;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures all copies of one data set between two servers. One process has the movers of all rounds, as a control plane has; in its first round its
 * code is not compiled yet. For one thread.
 */
final class DataBenchRun implements AutoCloseable {
    private static final String BASELINE = "REPLICAOF";
    private static final Duration ALONE = Duration.ofSeconds(10);

    private final Path folder;
    private final DataSet data;
    private final PrintStream out;
    private final RedisServer source;
    private final RedisServer target;
    private final MoverProcess mover;
    private final Thread stop = new Thread(this::stopAll, "stop-servers");
    private final CopyTable table = new CopyTable();

    DataBenchRun(Path folder, DataSet data, PrintStream out) throws IOException {
        this.folder = folder;
        this.data = data;
        this.out = out;
        source = server();
        target = server();
        mover = MoverProcess.start(Program.CONTROL_PLANE.jvmOptions(), folder);
        Runtime.getRuntime().addShutdownHook(stop);
    }

    /** A replica is served at once, so that the baseline is not charged with a pause. */
    private static RedisServer server() {
        return RedisServer.builder().config("repl-diskless-sync-delay 0").start();
    }

    /**
     * Measures and prints.
     *
     * @param feeds of the mover
     * @param lettuce whether to copy with lettuce too
     * @param servingRate requests per second of the clients whose latency is measured; 0: none
     */
    void run(int rounds, List<String> feeds, boolean lettuce, int servingRate)
            throws IOException, InterruptedException {
        out.printf(Locale.ROOT, "Filling: %,d keys of 64 bytes, %,d of 1 KB ...%n", data.small(), data.large());
        data.fill(source);
        Optional<String> missing = RestorePipe.missing();
        missing.ifPresent(out::println);
        RestorePipe pipe = missing.isPresent() ? null : RestorePipe.prepare(source, folder.resolve("restore.resp"));
        for (int round = 1; round <= rounds; round++) {
            round(round, feeds, lettuce, pipe);
        }
        out.printf(
                Locale.ROOT,
                "%nredis-server %s, %,d keys of 64 bytes and %,d of 1 KB. Java %d, %d processors. Medians of %d rounds. CPU is processor time"
                        + " per key.%n%n%s",
                source.version(),
                data.small(),
                data.large(),
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors(),
                rounds,
                table.markdown(BASELINE));
        if (servingRate > 0) {
            serving(feeds, servingRate);
        }
    }

    private void round(int round, List<String> feeds, boolean lettuce, @Nullable RestorePipe pipe)
            throws IOException, InterruptedException {
        DataSet.empty(target);
        show(round, ReplicaBaseline.measure(source, target));
        if (pipe != null) {
            DataSet.empty(target);
            show(round, pipe.measure(target));
        }
        for (String feed : feeds) {
            DataSet.empty(target);
            show(round, mover.copy(feed, source, target, false));
            if (feed.equals(feeds.get(0))) {
                show(round, mover.verify(source, target));
            }
            mover.end();
        }
        if (lettuce) {
            DataSet.empty(target);
            show(round, mover.lettuce(source, target));
        }
    }

    private void show(int round, CopyCost cost) {
        table.add(cost);
        out.println("round " + round + "  " + cost);
    }

    private void serving(List<String> feeds, int rate) throws IOException, InterruptedException {
        out.printf(Locale.ROOT, "%nGET (80 %%) and SET at %,d a second to the source ...%n", rate);
        List<ServingTest.Outcome> outcomes = new ArrayList<>();
        for (String feed : feeds) {
            DataSet.empty(target);
            outcomes.add(new ServingTest(source, target, mover, rate, ALONE).measure(feed));
        }
        out.print("\n" + ServingTest.Outcome.head());
        outcomes.forEach(outcome -> out.print(outcome.row()));
    }

    private void stopAll() {
        try {
            mover.close();
        } catch (IOException e) {
            out.println("the mover's connection: " + e.getMessage());
        }
        source.close();
        target.close();
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            // This process is ending: the hook does it.
            return;
        }
        stopAll();
    }
}
