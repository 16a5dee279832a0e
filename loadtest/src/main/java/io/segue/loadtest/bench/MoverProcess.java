package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.JavaProcess;
import io.segue.loadtest.redis.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A {@link MoverProgram} of its own process, and what it costs. For one thread. */
final class MoverProcess implements AutoCloseable {
    private static final int CONNECT_MS = 30_000;

    private final JavaProcess process;
    private final Socket socket;
    private final BufferedReader answers;

    private MoverProcess(JavaProcess process, Socket socket) throws IOException {
        this.process = process;
        this.socket = socket;
        this.answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts it.
     *
     * @param jvmOptions of its JVM
     * @param folder for its log and what movers keep
     */
    static MoverProcess start(List<String> jvmOptions, Path folder) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(CONNECT_MS);
            JavaProcess process = JavaProcess.start(
                    "mover",
                    jvmOptions,
                    MoverProgram.class.getName(),
                    List.of(Integer.toString(listener.getLocalPort()), folder.toString()),
                    Map.of(),
                    folder.resolve("mover.log"));
            try {
                return new MoverProcess(process, listener.accept());
            } catch (IOException e) {
                process.close();
                throw new IOException("the mover's process does not answer:\n" + process.output(), e);
            }
        }
    }

    /**
     * Copies, and goes on following.
     *
     * @param feed {@code "tracking"}, {@code "psync"}
     * @param adaptive whether it slows down when the servers do
     */
    CopyCost copy(String feed, RedisServer source, RedisServer target, boolean adaptive) throws IOException {
        String order = String.format(Locale.ROOT, "copy %s %d %d %s", feed, source.port(), target.port(), adaptive);
        return measured("mover, " + feed, order, source, target);
    }

    /** The same with the ordinary client library; see {@link LettuceCopy}. */
    CopyCost lettuce(RedisServer source, RedisServer target) throws IOException {
        return measured(
                "lettuce, same commands",
                String.format(Locale.ROOT, "lettuce %d %d", source.port(), target.port()),
                source,
                target);
    }

    /** Compares both sides of the last copy. */
    CopyCost verify(RedisServer source, RedisServer target) throws IOException {
        return measured("verification", "verify", source, target);
    }

    private CopyCost measured(String means, String order, RedisServer source, RedisServer target) throws IOException {
        Duration sourceBefore = ServerCpu.of(source);
        Duration targetBefore = ServerCpu.of(target);
        Duration moverBefore = CpuTime.of(process.pid());
        long took = ask(order)[0];
        Duration mover = CpuTime.of(process.pid()).minus(moverBefore);
        long keys = ReplicaBaseline.keys(source);
        long copied = ReplicaBaseline.keys(target);
        if (keys != copied) {
            throw new IOException(means + ": the target holds " + copied + " keys (expected: " + keys + ")");
        }
        return new CopyCost(
                means,
                Math.max(1, keys),
                Duration.ofNanos(took),
                Map.of(
                        "source", ServerCpu.of(source).minus(sourceBefore),
                        "mover", mover,
                        "target", ServerCpu.of(target).minus(targetBefore)));
    }

    /** Copies until caught up; the nanoseconds that took, and those for which limits kept it waiting. */
    long[] copyUnderLoad(String feed, RedisServer source, RedisServer target) throws IOException {
        return ask(String.format(Locale.ROOT, "copy %s %d %d true", feed, source.port(), target.port()));
    }

    /** Copies from any port to another until caught up. */
    void copy(String feed, int source, int target) throws IOException {
        ask(String.format(Locale.ROOT, "copy %s %d %d false", feed, source, target));
    }

    /** Ends the mover that was made last. */
    void end() throws IOException {
        ask("close");
    }

    private long[] ask(String order) throws IOException {
        socket.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
        String answer = answers.readLine();
        if (answer == null || !answer.startsWith("done ")) {
            throw new IOException(order + ": " + answer + "\n" + process.output());
        }
        String[] words = answer.split(" ", -1);
        return new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])};
    }

    /** All that it has written. */
    String output() {
        return process.output();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.close();
    }
}
