package io.segue.loadtest.fleet;

import io.segue.loadtest.redis.FreePorts;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A control plane in its own process, with its state in a folder that outlives the process. {@link #close} may be called from any
 * thread; the rest is for one thread.
 */
public final class ControlPlane implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private final Path folder;
    private final int restPort;
    private final int grpcPort;
    private final int adminPort;
    private final RestClient rest;
    private volatile JavaProcess process;

    private ControlPlane(Path folder, List<Integer> ports) {
        this.folder = folder;
        this.restPort = ports.get(0);
        this.grpcPort = ports.get(1);
        this.adminPort = ports.get(2);
        this.rest = new RestClient(restPort, HexFormat.of().toHexDigits(new SecureRandom().nextLong()));
        this.process = launch();
    }

    /** Starts one on free ports, without waiting until it serves: see {@link #awaitReady}. */
    public static ControlPlane start(Path folder) {
        return new ControlPlane(folder, FreePorts.several(3));
    }

    /** Waits until REST and gRPC answer. */
    public void awaitReady() throws InterruptedException {
        process.await("ready", START_TIMEOUT, this::answers);
    }

    /** Calls with the administrator's token. */
    public RestClient rest() {
        return rest;
    }

    /** Port of the REST interface. */
    public int restPort() {
        return restPort;
    }

    /** Port that proxies connect to. */
    public int grpcPort() {
        return grpcPort;
    }

    /** Port of metrics and health. */
    public int adminPort() {
        return adminPort;
    }

    /** The process that runs now. */
    public JavaProcess process() {
        return process;
    }

    /** Makes a token that a proxy can use; returns the secret. */
    public String createProxyToken(String id) throws InterruptedException {
        return rest.post("/tokens", "{\"id\":\"" + id + "\",\"role\":\"proxy\"}")
                .path("token")
                .asText();
    }

    /** Ends the process at once (SIGKILL). */
    public void kill9() {
        process.kill9();
    }

    /** Starts a new process on the same ports and state; the old one must have ended. */
    public void restart() throws InterruptedException {
        process = launch();
        awaitReady();
    }

    @Override
    public void close() {
        process.close();
    }

    private JavaProcess launch() {
        return JavaProcess.start(
                "control-plane",
                Program.CONTROL_PLANE,
                List.of(
                        "--rest", "127.0.0.1:" + restPort,
                        "--grpc", "127.0.0.1:" + grpcPort,
                        "--admin", "127.0.0.1:" + adminPort,
                        "--data-dir", folder.resolve("control-plane").toString()),
                Map.of("SEGUE_ADMIN_TOKEN", rest.token()),
                folder.resolve("control-plane.log"));
    }

    private boolean answers() throws InterruptedException {
        try {
            return rest.get("/version").has("version") && Ports.listens(grpcPort);
        } catch (UncheckedIOException e) {
            return false;
        }
    }
}
