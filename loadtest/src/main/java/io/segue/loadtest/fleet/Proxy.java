package io.segue.loadtest.fleet;

import io.segue.loadtest.redis.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A proxy in its own process, serving one interlay on a port of its own. {@link #close} may be called from any thread. */
public final class Proxy implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Settings settings;
    private final int listenPort;
    private final int adminPort;
    private volatile JavaProcess process;

    private Proxy(Settings settings, List<Integer> ports) {
        this.settings = settings;
        this.listenPort = ports.get(0);
        this.adminPort = ports.get(1);
        this.process = launch();
    }

    /**
     * What a proxy is started with.
     *
     * @param nodeId unique among the proxies
     * @param interlay the interlay it serves
     * @param grpcPort of the control plane, on 127.0.0.1
     * @param token of role proxy
     * @param folder where its state and its log go
     * @param arguments more options, such as {@code --threads 1}
     */
    public record Settings(
            String nodeId, String interlay, int grpcPort, String token, Path folder, List<String> arguments) {
        /** Copies the list. */
        public Settings {
            arguments = List.copyOf(arguments);
        }
    }

    /** Starts one on free ports, without waiting until it serves: see {@link #awaitReady} and {@link #awaitListening}. */
    public static Proxy start(Settings settings) {
        return new Proxy(settings, FreePorts.several(2));
    }

    /** Waits until its admin port says that it is ready. */
    public void awaitReady() throws InterruptedException {
        process.await("ready", START_TIMEOUT, () -> get("/readyz").startsWith("200 "));
    }

    /** Waits until clients can connect to the interlay. */
    public void awaitListening() throws InterruptedException {
        process.await("listening on port " + listenPort, START_TIMEOUT, () -> Ports.listens(listenPort));
    }

    /** The node id. */
    public String nodeId() {
        return settings.nodeId();
    }

    /** Where it serves the interlay, on 127.0.0.1. */
    public int port() {
        return listenPort;
    }

    /** Port of health, metrics and configuration. */
    public int adminPort() {
        return adminPort;
    }

    /** The process that runs now. */
    public JavaProcess process() {
        return process;
    }

    /** What the admin port answers to GET: the status code, a space, the body. Empty if it does not answer. */
    public String get(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (IOException e) {
            return "";
        }
    }

    /** Ends the process at once (SIGKILL). */
    public void kill9() {
        process.kill9();
    }

    /** Starts a new process on the same ports and state; the old one must have ended. */
    public void restart() {
        process = launch();
    }

    @Override
    public void close() {
        process.close();
    }

    private JavaProcess launch() {
        List<String> arguments = new ArrayList<>(List.of(
                "--node-id", settings.nodeId(),
                "--control-plane", "127.0.0.1:" + settings.grpcPort(),
                "--admin", "127.0.0.1:" + adminPort,
                "--data-dir", settings.folder().resolve(settings.nodeId()).toString(),
                "--listen", settings.interlay() + "=127.0.0.1:" + listenPort));
        arguments.addAll(settings.arguments());
        return JavaProcess.start(
                settings.nodeId(),
                Program.PROXY,
                arguments,
                Map.of("SEGUE_TOKEN", settings.token()),
                settings.folder().resolve(settings.nodeId() + ".log"));
    }
}
