package io.segue.loadtest.demo;

import io.segue.loadtest.fleet.Durations;
import io.segue.loadtest.fleet.Fleet;
import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.fleet.StopHook;
import io.segue.loadtest.redis.RedisBinaries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./segue demo}. Exit code 0: all held; 1: something did not, or the demo could not run; 2: wrong options. */
@Command(
        name = "segue demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Migrates an application from one real Redis server to another under live load: two servers, the control plane and two"
                    + " proxies are started as processes of their own. The canary stages of the product guide are driven over REST, and"
                    + " from the last of them all of it is rolled back; a second migration goes there and back by blue-green toggles and is"
                    + " completed. At the end every acknowledged write is searched on the new server.",
            ""
        })
public final class Demo implements Callable<Integer> {
    private static final DemoSettings STANDARD = new DemoSettings(20_000, 2, 4, 3_000, 0.7, Duration.ofSeconds(60));
    private static final Duration QUICK = Duration.ofSeconds(20);
    /** Held for as long as the process lives: loggers that nobody holds are forgotten, and their level with them. */
    private static final Logger CLIENT_LIBRARY = Logger.getLogger("io.lettuce");

    @Option(names = "--quick", description = "The whole demo in less than a minute.")
    private boolean quick;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "How long the load runs over all stages: 90s, 5m. Default: 60s; with --quick 20s.")
    private @Nullable String duration;

    @Option(names = "--rate", paramLabel = "N", description = "Requests per second. Default: 3000.")
    private @Nullable Double rate;

    @Option(names = "--keys", paramLabel = "N", description = "Number of keys. Default: 20000.")
    private @Nullable Integer keys;

    @Option(names = "--keep", description = "Leave everything running at the end, until Ctrl-C.")
    private boolean keep;

    private final PrintStream out = System.out;
    private final AtomicReference<@Nullable Fleet> fleet = new AtomicReference<>();
    private final AtomicReference<@Nullable DemoRun> current = new AtomicReference<>();

    /** Runs the demo. */
    public static void main(String[] arguments) {
        CLIENT_LIBRARY.setLevel(Level.OFF);
        System.exit(new CommandLine(new Demo()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        DemoSettings settings;
        try {
            settings = settings();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        Path folder = Files.createTempDirectory("segue-demo");
        StopHook hook = StopHook.install(fleet::get, folder);
        boolean held = false;
        try {
            held = run(settings, folder);
        } catch (IOException | RuntimeException e) {
            hook.awaitEndIfStopping();
            out.println("FAILED  " + StopHook.describe(e));
            showSamples();
        }
        if (!held) {
            hook.keepFolder();
            out.println("Logs: " + folder);
        }
        return held ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private boolean run(DemoSettings settings, Path folder) throws IOException, InterruptedException {
        out.println("Segue demo: migrations there and back under live load. Redis: "
                + RedisBinaries.find().preferred());
        LiveView view = new LiveView(out, Boolean.getBoolean("segue.terminal"));
        DemoRun run = new DemoRun(new Fleet(folder, fleet::set), settings, view);
        current.set(run);
        Report report = run.run();
        out.print(report.text());
        if (!report.holds()) {
            showSamples();
            report.onNew().samples().forEach(line -> out.println("        on NEW: " + line));
        }
        if (keep) {
            keepRunning();
        }
        return report.holds();
    }

    private void showSamples() {
        DemoRun run = current.get();
        if (run != null) {
            run.samples().forEach(line -> out.println("        " + line));
        }
    }

    private DemoSettings settings() {
        Duration load =
                duration != null ? Durations.parse("--duration", duration) : quick ? QUICK : STANDARD.duration();
        return new DemoSettings(
                keys == null ? STANDARD.keys() : keys,
                STANDARD.proxies(),
                STANDARD.connectionsPerProxy(),
                rate == null ? STANDARD.rate() : rate,
                STANDARD.readShare(),
                load);
    }

    private void keepRunning() throws InterruptedException {
        Fleet running = fleet.get();
        if (running == null) {
            return;
        }
        String base = running.controlPlane().rest().base();
        out.println("Everything is still running. Try, in another terminal:");
        out.println();
        out.println("  export TOKEN=" + running.controlPlane().rest().token());
        out.println("  curl -s " + base + "/proxies -H \"Authorization: Bearer $TOKEN\"");
        out.println("  curl -s " + base + "/migrations -H \"Authorization: Bearer $TOKEN\"");
        for (Proxy proxy : running.proxies()) {
            out.println("  redis-cli -p " + proxy.port() + " get string:0");
            out.println("  curl -s http://127.0.0.1:" + proxy.adminPort() + "/config");
            out.println("  curl -s http://127.0.0.1:" + proxy.adminPort() + "/metrics");
        }
        out.println();
        out.println("Ctrl-C stops everything.");
        new CountDownLatch(1).await();
    }
}
