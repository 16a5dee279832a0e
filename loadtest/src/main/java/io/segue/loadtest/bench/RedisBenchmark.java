package io.segue.loadtest.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The load tool that comes with Redis, with one thread. */
final class RedisBenchmark implements LoadTool {
    private static final String PROGRAM = "redis-benchmark";

    private final String version;

    private RedisBenchmark(String version) {
        this.version = version;
    }

    /** The tool, if it is on the PATH. */
    static Optional<LoadTool> find() throws InterruptedException {
        try {
            return Optional.of(
                    new RedisBenchmark(output(List.of(PROGRAM, "--version")).strip()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return version;
    }

    @Override
    public double run(int port, Scenario scenario, long requests) throws IOException, InterruptedException {
        String csv = output(List.of(
                PROGRAM,
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-t",
                scenario.command().toLowerCase(Locale.ROOT),
                "-n",
                Long.toString(requests),
                "-c",
                Integer.toString(scenario.clients()),
                "-P",
                Integer.toString(scenario.pipeline()),
                "-d",
                Integer.toString(scenario.valueBytes()),
                "-r",
                Integer.toString(scenario.keys()),
                "--csv"));
        return requestsPerSecond(csv, scenario.command());
    }

    /** Finds the line {@code "GET","81234.00",…}. */
    static double requestsPerSecond(String csv, String command) throws IOException {
        String start = "\"" + command + "\",\"";
        String line = csv.lines()
                .filter(l -> l.startsWith(start))
                .findFirst()
                .orElseThrow(() -> new IOException(PROGRAM + " gave no figure for " + command + ":\n" + csv));
        return Double.parseDouble(line.substring(start.length(), line.indexOf('"', start.length())));
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed:\n" + output);
            }
            return output;
        } finally {
            process.destroyForcibly();
        }
    }
}
