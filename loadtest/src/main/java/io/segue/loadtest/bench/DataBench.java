package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.StopHook;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./segue bench data}. Exit code 0: measured; 1: it failed; 2: wrong options. */
@Command(
        name = "data",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures copies of one server to another in turn, each into an emptied server: REPLICAOF, redis-cli --pipe, and a mover with each"
                    + " change feed; then a comparison of both sides, and what a copy does to the latency of other clients.",
            ""
        })
final class DataBench implements Callable<Integer> {
    private static final int KEYS = 1_000_000;
    private static final int QUICK_KEYS = 100_000;
    private static final int ROUNDS = 3;

    @Option(names = "--quick", description = "A tenth of the keys.")
    private boolean quick;

    @Option(
            names = "--keys",
            paramLabel = "N",
            description = "Keys of 64 bytes; a tenth as many of 1 KB come on top. Default: 1000000.")
    private @Nullable Integer keys;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each copy is measured. Default: 3.")
    private int rounds = ROUNDS;

    @Option(
            names = "--feed",
            paramLabel = "FEED",
            split = ",",
            description = "Change feeds of the mover: tracking, psync. Default: both.")
    private List<String> feeds = List.of("tracking", "psync");

    @Option(names = "--lettuce", description = "Also copy with the client library lettuce, for comparison.")
    private boolean lettuce;

    @Option(
            names = "--serving-rate",
            paramLabel = "N",
            description =
                    "Requests per second of the clients whose latency is measured; 0: leave that out. Default: 2000.")
    private int servingRate = 2_000;

    @Override
    public Integer call() throws IOException, InterruptedException {
        int count = keys != null ? keys : quick ? QUICK_KEYS : KEYS;
        String wrong = wrong(count);
        if (!wrong.isEmpty()) {
            System.err.println(wrong);
            return CommandLine.ExitCode.USAGE;
        }
        Path folder = Files.createTempDirectory("segue-bench");
        StopHook hook = StopHook.install(() -> null, folder);
        PrintStream out = System.out;
        try (DataBenchRun run = new DataBenchRun(folder, new DataSet(count), out)) {
            run.run(rounds, feeds, lettuce, servingRate);
            return CommandLine.ExitCode.OK;
        } catch (IOException | RuntimeException e) {
            hook.awaitEndIfStopping();
            hook.keepFolder();
            System.err.println("FAILED  " + StopHook.describe(e));
            System.err.println("Logs: " + folder);
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private String wrong(int count) {
        if (count < 10) {
            return "--keys: " + count + " (expected: at least 10)";
        }
        if (rounds < 1) {
            return "--rounds: " + rounds + " (expected: at least 1)";
        }
        if (servingRate < 0) {
            return "--serving-rate: " + servingRate + " (expected: at least 0)";
        }
        for (String feed : feeds) {
            if (!List.of("tracking", "psync").contains(feed)) {
                return "--feed: " + feed + " (expected: tracking, psync)";
            }
        }
        return "";
    }
}
