package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.Fleet;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Measures all scenarios over a fleet that has just been started. For one thread. */
final class BenchRun {
    private static final int SEED_BATCH = 1_000;

    private final Fleet fleet;
    private final LoadTool tool;
    private final Size size;
    private final PrintStream out;

    BenchRun(Fleet fleet, LoadTool tool, Size size, PrintStream out) {
        this.fleet = fleet;
        this.tool = tool;
        this.size = size;
        this.out = out;
    }

    /**
     * How much to measure.
     *
     * @param rounds how often each scenario is measured, at least 1
     * @param requests in one run at pipeline 1; at higher ones it is more
     */
    record Size(int rounds, long requests) {
        /** Deeper pipelines are faster, so their runs need more requests to last as long. */
        long requests(Scenario scenario) {
            return requests * Math.max(1, scenario.pipeline() / 2);
        }
    }

    /** Seeds, starts the proxy, warms it up, measures. */
    Result run(List<Scenario> scenarios, Optional<BenchMigration> migration, List<String> proxyArguments)
            throws IOException, InterruptedException {
        seed(scenarios.get(0));
        fleet.createCatalog();
        fleet.startProxies(1, proxyArguments);
        if (migration.isPresent()) {
            migration.get().start(fleet);
        }
        out.println("Warming up ...");
        for (Scenario scenario : scenarios) {
            Target.PROXY.measure(fleet, tool, scenario, size.requests(scenario));
        }
        return new Result(
                tool.name(),
                fleet.oldServer().version(),
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors(),
                migration.map(BenchMigration::text).orElse("none"),
                size.rounds(),
                measure(scenarios));
    }

    private List<Result.Row> measure(List<Scenario> scenarios) throws IOException, InterruptedException {
        List<Map<Target, List<Figures>>> figures = new ArrayList<>();
        scenarios.forEach(scenario -> figures.add(new EnumMap<>(Target.class)));
        for (int round = 1; round <= size.rounds(); round++) {
            for (int i = 0; i < scenarios.size(); i++) {
                for (Target target : Target.values()) {
                    Figures measured = target.measure(fleet, tool, scenarios.get(i), size.requests(scenarios.get(i)));
                    figures.get(i)
                            .computeIfAbsent(target, t -> new ArrayList<>())
                            .add(measured);
                    out.println(String.format(
                            Locale.ROOT,
                            "round %d  %-16s %-7s %,10.0f req/s",
                            round,
                            scenarios.get(i).label(),
                            target.name().toLowerCase(Locale.ROOT),
                            measured.requestsPerSecond()));
                }
            }
        }
        List<Result.Row> rows = new ArrayList<>();
        for (int i = 0; i < scenarios.size(); i++) {
            Map<Target, List<Figures>> ofScenario = figures.get(i);
            rows.add(new Result.Row(
                    scenarios.get(i),
                    Figures.median(ofScenario.getOrDefault(Target.DIRECT, List.of())),
                    Figures.median(ofScenario.getOrDefault(Target.PROXY, List.of()))));
        }
        return rows;
    }

    /** Every key exists on both servers, so that a GET always has an answer of the same length. */
    private void seed(Scenario scenario) throws IOException {
        String value = "x".repeat(scenario.valueBytes());
        try (RespClient oldServer = fleet.oldServer().connect();
                RespClient newServer = fleet.newServer().connect()) {
            for (int from = 0; from < scenario.keys(); from += SEED_BATCH) {
                List<byte[][]> batch = new ArrayList<>(SEED_BATCH);
                for (int i = from; i < Math.min(scenario.keys(), from + SEED_BATCH); i++) {
                    batch.add(RespClient.bytes("SET", Scenario.key(i), value));
                }
                for (RespClient server : List.of(oldServer, newServer)) {
                    if (server.pipeline(batch).stream().anyMatch(Resp::isError)) {
                        throw new IOException("the server refused a SET");
                    }
                }
            }
        }
    }
}
