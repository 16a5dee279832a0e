package io.segue.loadtest.bench;

import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The second baseline of a copy: RESTORE commands, prepared in a file, sent by {@code redis-cli --pipe}. Only the sending is measured, so it shows
 * what a target can take at most.
 */
final class RestorePipe {
    private static final String PROGRAM = "redis-cli";
    private static final int BATCH = 500;
    private static final long SAMPLE_MS = 5;

    private final Path file;
    private final long keys;

    private RestorePipe(Path file, long keys) {
        this.file = file;
        this.keys = keys;
    }

    /** Why this baseline cannot be measured here, for the report; empty if it can. */
    static Optional<String> missing() {
        try {
            Process process = new ProcessBuilder(PROGRAM, "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0
                    ? Optional.empty()
                    : Optional.of(PROGRAM + " --pipe is not measured: " + PROGRAM + " --version fails");
        } catch (IOException e) {
            return Optional.of(PROGRAM + " --pipe is not measured: no " + PROGRAM + " on the PATH");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(PROGRAM + " --pipe is not measured: interrupted");
        }
    }

    /** Writes all keys of {@code source} to {@code file}. Nobody may write meanwhile. */
    static RestorePipe prepare(RedisServer source, Path file) throws IOException {
        long keys = 0;
        try (RespClient client = source.connect();
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            for (String line : source.call("INFO", "keyspace").text().lines().toList()) {
                if (line.startsWith("db")) {
                    String db = line.substring(2, line.indexOf(':'));
                    client.call("SELECT", db);
                    write(out, RespClient.bytes("SELECT", db));
                    keys += prepareDatabase(client, out);
                }
            }
        }
        return new RestorePipe(file, keys);
    }

    private static long prepareDatabase(RespClient client, OutputStream out) throws IOException {
        long keys = 0;
        String cursor = "0";
        do {
            List<Resp> page = client.call("SCAN", cursor, "COUNT", Integer.toString(BATCH))
                    .items();
            cursor = page.get(0).text();
            List<byte[][]> reads = new ArrayList<>();
            for (Resp key : page.get(1).items()) {
                reads.add(new byte[][] {word("DUMP"), key.bytes()});
                reads.add(new byte[][] {word("PTTL"), key.bytes()});
            }
            List<Resp> replies = client.pipeline(reads);
            for (int i = 0; i < replies.size(); i += 2) {
                if (!replies.get(i).isNil()) {
                    keys++;
                    String left = Long.toString(Math.max(0, replies.get(i + 1).number()));
                    write(
                            out,
                            word("RESTORE"),
                            reads.get(i)[1],
                            word(left),
                            replies.get(i).bytes(),
                            word("REPLACE"));
                }
            }
        } while (!cursor.equals("0"));
        return keys;
    }

    /**
     * Sends the file to {@code target}.
     *
     * @throws IOException if the target refuses anything
     */
    CopyCost measure(RedisServer target) throws IOException, InterruptedException {
        Path output = Files.createTempFile("segue-pipe", ".log");
        Duration targetBefore = ServerCpu.of(target);
        long start = System.nanoTime();
        Process process = new ProcessBuilder(
                        PROGRAM, "-h", "127.0.0.1", "-p", Integer.toString(target.port()), "--pipe")
                .redirectInput(file.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            Duration cpu = Duration.ZERO;
            // After its end the system no longer tells; what it used within the last sample is missing.
            while (!process.waitFor(SAMPLE_MS, TimeUnit.MILLISECONDS)) {
                cpu = process.info().totalCpuDuration().orElse(cpu);
            }
            Duration wall = Duration.ofNanos(System.nanoTime() - start);
            String text = Files.readString(output);
            if (process.exitValue() != 0 || !text.contains("errors: 0,")) {
                throw new IOException(PROGRAM + " --pipe failed: " + text.strip());
            }
            return new CopyCost(
                    "redis-cli --pipe",
                    Math.max(1, keys),
                    wall,
                    Map.of("redis-cli", cpu, "target", ServerCpu.of(target).minus(targetBefore)));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    private static byte[] word(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(OutputStream out, byte[]... words) throws IOException {
        out.write(word("*" + words.length + "\r\n"));
        for (byte[] word : words) {
            out.write(word("$" + word.length + "\r\n"));
            out.write(word);
            out.write(word("\r\n"));
        }
    }
}
