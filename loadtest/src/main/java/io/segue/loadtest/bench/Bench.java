package io.segue.loadtest.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.segue.loadtest.fleet.Fleet;
import io.segue.loadtest.fleet.StopHook;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./segue bench}. Exit code 0: measured; 1: it failed; 2: wrong options. */
@Command(
        name = "segue bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = DataBench.class,
        description = {
            "Measures GET and SET, pipeline 1 and 16, with 50 clients, directly and through the proxy in turn: requests per second,"
                    + " and CPU time per request of the server and of the proxy. The load comes from redis-benchmark if that is"
                    + " installed, else from a generator of our own. With the word data: copies from server to server instead.",
            ""
        })
public final class Bench implements Callable<Integer> {
    private static final BenchRun.Size STANDARD = new BenchRun.Size(7, 300_000);
    private static final BenchRun.Size QUICK = new BenchRun.Size(3, 100_000);

    @Option(names = "--quick", description = "Fewer and shorter rounds: about a minute.")
    private boolean quick;

    @Option(
            names = "--migration",
            paramLabel = "M",
            description = "What runs meanwhile: none, or canary:SHARE with every write to both sides. Default: none.")
    private String migration = "none";

    @Option(names = "--rounds", paramLabel = "N", description = "How often each load is measured.")
    private @Nullable Integer rounds;

    @Option(
            names = "--proxy-threads",
            paramLabel = "N",
            description = "Event loops of the proxy. Default: the proxy's own.")
    private @Nullable Integer proxyThreads;

    @Option(names = "--built-in", description = "Use the built-in load generator even if redis-benchmark is installed.")
    private boolean builtIn;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures to this file as well.")
    private @Nullable Path json;

    private final PrintStream out = System.out;
    private final AtomicReference<@Nullable Fleet> fleet = new AtomicReference<>();

    /** Runs the benchmark. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<BenchMigration> running;
        BenchRun.Size size = quick ? QUICK : STANDARD;
        try {
            running = BenchMigration.parse(migration);
            if (rounds != null) {
                size = new BenchRun.Size(atLeastOne("--rounds", rounds), size.requests());
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        Path folder = Files.createTempDirectory("segue-bench");
        StopHook hook = StopHook.install(fleet::get, folder);
        try {
            measure(size, running, folder);
            return CommandLine.ExitCode.OK;
        } catch (IOException | RuntimeException e) {
            hook.awaitEndIfStopping();
            hook.keepFolder();
            System.err.println("FAILED  " + StopHook.describe(e));
            System.err.println("Logs: " + folder);
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void measure(BenchRun.Size size, Optional<BenchMigration> running, Path folder)
            throws IOException, InterruptedException {
        Optional<LoadTool> peer = builtIn ? Optional.empty() : RedisBenchmark.find();
        LoadTool tool = peer.orElseGet(() -> new BuiltInLoad(folder));
        out.println("Load from: " + tool.name());
        List<String> proxyArguments = proxyThreads == null
                ? List.of()
                : List.of("--threads", Integer.toString(atLeastOne("--proxy-threads", proxyThreads)));
        BenchRun run = new BenchRun(new Fleet(folder, fleet::set), tool, size, out);
        Result result = run.run(Scenario.standard(), running, proxyArguments);
        out.print(result.table());
        if (json != null) {
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), result);
            out.println("\nWritten to " + json);
        }
    }

    private static int atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + ": " + value + " (expected: at least 1)");
        }
        return value;
    }
}
