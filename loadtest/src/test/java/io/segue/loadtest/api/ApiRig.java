package io.segue.loadtest.api;

import io.segue.controlplane.ControlPlane;
import io.segue.controlplane.ControlPlaneOptions;
import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.redis.RedisServer;
import io.segue.proxy.bootstrap.DataPlanes;
import io.segue.proxy.bootstrap.ProxyOptions;
import io.segue.proxy.bootstrap.ProxyProcess;
import io.segue.proxy.config.HostPort;
import io.segue.proxy.config.LinkTls;
import io.segue.proxy.config.Overrides;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A control plane and proxies in this process, and real servers. */
final class ApiRig implements AutoCloseable {
    static final String TOKEN = "test-admin-token";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Path folder;
    private final ControlPlane controlPlane;

    ApiRig(Path folder, ControlPlaneOptions.Tls tls) throws IOException {
        this.folder = folder;
        this.controlPlane = opened(ControlPlane.start(ControlPlaneOptions.local(folder.resolve("control-plane"), TOKEN)
                .withTls(tls)));
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    int restPort() {
        return controlPlane.restAddress().getPort();
    }

    /** REST as administrator, in plain text. */
    RestClient rest() {
        return new RestClient(restPort(), TOKEN);
    }

    /** A real server, known to the control plane by this id. */
    void endpoint(String id) throws IOException, InterruptedException {
        RedisServer server = opened(RedisServer.start());
        rest().post(
                        "/endpoints",
                        "{\"id\": \"" + id + "\", \"kind\": \"redis\", \"config\": {\"host\": \"127.0.0.1\", \"port\": "
                                + server.port() + "}}");
    }

    /** A proxy that serves every interlay somewhere. */
    ProxyProcess proxy(String id, Optional<LinkTls> tls, String... listen) throws IOException {
        return opened(ProxyProcess.start(
                new ProxyOptions(
                        id,
                        new HostPort("127.0.0.1", controlPlane.grpcAddress().getPort()),
                        new HostPort("127.0.0.1", 0),
                        folder.resolve(id),
                        "",
                        "",
                        1,
                        50,
                        Overrides.parse(List.of(listen)),
                        Optional.empty(),
                        Optional.empty(),
                        () -> TOKEN,
                        tls),
                DataPlanes::create));
    }

    @Override
    public void close() {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("a part did not stop", e);
            }
        }
    }
}
