package io.segue.loadtest.bench;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverFactory.MoverListener;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.redis.RedisMovers;
import io.segue.proto.v1.ConflictRule;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A JVM with a mover in it and nothing else, so that its processor time can be told. It is steered by lines over a connection to the port that it
 * is given: {@code copy FEED AUTHORITY FOLLOWER ADAPTIVE}, {@code lettuce AUTHORITY FOLLOWER}, {@code verify}, {@code close}. Each is answered
 * with {@code done} and numbers, or {@code failed} and the reason.
 */
public final class MoverProgram {
    private static final long LIMIT_SECONDS = 600;
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long SETTLE_MS = 300;

    private final Path folder;
    private @Nullable DataMover mover;
    private int copies;

    private MoverProgram(Path folder) {
        this.folder = folder;
    }

    /**
     * Copies until it is told to stop.
     *
     * @param arguments the port on 127.0.0.1 that steers it, and a folder for what movers keep
     */
    public static void main(String[] arguments) throws IOException {
        MoverProgram program = new MoverProgram(Path.of(arguments[1]));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            Writer out = new java.io.OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.write(program.answer(line.split(" ", -1)) + "\n");
                out.flush();
            }
        }
        program.close();
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "copy" -> copy(words[1], port(words[2]), port(words[3]), Boolean.parseBoolean(words[4]));
                case "lettuce" -> "done " + new LettuceCopy(port(words[1]), port(words[2])).run() + " 0";
                case "verify" -> verify();
                case "close" -> close();
                default -> "failed an unknown word: " + words[0];
            };
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            return "failed " + String.valueOf(e).replace('\n', ' ');
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "failed interrupted";
        }
    }

    private static int port(String text) {
        return Integer.parseInt(text);
    }

    /** Answers with the nanoseconds until the follower had caught up, and those for which limits kept the mover waiting. */
    private String copy(String feed, int authority, int follower, boolean adaptive)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Long> caughtUp = new CompletableFuture<>();
        MoverSpec spec = new MoverSpec(
                "bench",
                UUID.randomUUID().toString(),
                1,
                endpoint("old", authority),
                endpoint("new", follower),
                Movement.SCAN,
                ConflictRule.CONFLICT_RULE_REPLACE,
                FeedChoice.valueOf(feed.toUpperCase(Locale.ROOT)),
                Files.createDirectory(folder.resolve("mover-" + ++copies)),
                new Ceilings(0, 0, adaptive),
                SETTLE_MS);
        DataMover made = new RedisMovers().create(spec, new MoverListener() {
            @Override
            public void caughtUp() {
                caughtUp.complete(System.nanoTime());
            }

            @Override
            public void failed(String reason) {
                caughtUp.completeExceptionally(new IllegalStateException(reason));
            }

            @Override
            public void happened(String event, String detail) {
                System.out.println(event + ": " + detail);
            }
        });
        mover = made;
        long began = System.nanoTime();
        made.start();
        long took = caughtUp.get(LIMIT_SECONDS, TimeUnit.SECONDS) - began;
        return "done " + took + " "
                + TimeUnit.MILLISECONDS.toNanos(made.status().throttledMs());
    }

    private static Endpoint endpoint(String id, int port) {
        return Endpoint.newBuilder()
                .setId(id)
                .setKind("redis")
                .setWriteConn(ConnectionConfig.newBuilder().setHost("127.0.0.1").setPort(port))
                .build();
    }

    /** Answers with the nanoseconds that a full comparison took, and the number of keys. */
    private String verify() {
        DataMover now = mover;
        if (now == null) {
            return "failed there is no mover";
        }
        long began = System.nanoTime();
        Verification run =
                now.verify(new DataMover.VerifySpec(1.0, false, folder.resolve("report-" + copies + ".ndjson")));
        while (run.result().state() == Verification.State.RUNNING) {
            LockSupport.parkNanos(LOOK_NS);
        }
        long took = System.nanoTime() - began;
        Verification.Result result = run.result();
        return result.clean() ? "done " + took + " " + result.compared() : "failed not equal: " + result;
    }

    private String close() {
        DataMover now = mover;
        if (now != null) {
            now.close();
            now.forget();
            mover = null;
        }
        return "done 0 0";
    }
}
