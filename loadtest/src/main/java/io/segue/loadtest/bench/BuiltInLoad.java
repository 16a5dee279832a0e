package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs {@link LoadWorker} in its own JVM: for machines without redis-benchmark. */
final class BuiltInLoad implements LoadTool {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final String RESULT = "requests per second: ";

    private final Path folder;

    BuiltInLoad(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return "built-in load generator";
    }

    @Override
    public double run(int port, Scenario scenario, long requests) throws IOException, InterruptedException {
        Path log = Files.createTempFile(folder, "load", ".log");
        try (JavaProcess process = JavaProcess.start(
                "load generator",
                List.of("-XX:+UseSerialGC", "-Xmx128m"),
                LoadWorker.class.getName(),
                List.of(
                        Integer.toString(port),
                        scenario.command(),
                        Integer.toString(scenario.pipeline()),
                        Integer.toString(scenario.clients()),
                        Integer.toString(scenario.valueBytes()),
                        Integer.toString(scenario.keys()),
                        Long.toString(requests)),
                Map.of(),
                log)) {
            if (!process.awaitEnd(TIMEOUT) || process.exitCode() != 0) {
                throw new IOException("the load generator failed:\n" + process.output());
            }
            return process.output()
                    .lines()
                    .filter(line -> line.startsWith(RESULT))
                    .findFirst()
                    .map(line -> Double.parseDouble(line.substring(RESULT.length())))
                    .orElseThrow(() -> new IOException("the load generator gave no figure:\n" + process.output()));
        }
    }
}
