package io.segue.loadtest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.segue.controlplane.ControlPlaneOptions;
import io.segue.controlplane.api.tls.ServerTls;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.GetVersionRequest;
import io.segue.proxy.bootstrap.ProxyProcess;
import io.segue.proxy.config.LinkTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** REST, gRPC and the link of the proxies over TLS: REST asks for no certificate here, gRPC does. */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsIT {
    private Path folder;
    private TestCertificate server;
    private TestCertificate client;
    private TestCertificate stranger;
    private ApiRig rig;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        folder = dir;
        server = TestCertificate.make(dir, "server", "RSA");
        client = TestCertificate.make(dir, "client", "EC");
        stranger = TestCertificate.make(dir, "stranger", "EC");
        rig = new ApiRig(
                dir,
                new ControlPlaneOptions.Tls(
                        Optional.of(ServerTls.read("rest", server.certificate(), server.key(), Optional.empty())),
                        Optional.of(ServerTls.read(
                                "grpc", server.certificate(), server.key(), Optional.of(client.certificate())))));
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @Test
    void restSpeaksTlsAndNothingElse() throws Exception {
        assertThat(rest(server, null, rig.restPort())).isEqualTo(200);
        assertThatThrownBy(() -> rest(stranger, null, rig.restPort())).isInstanceOf(IOException.class);
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), rig.restPort())) {
            plain.setSoTimeout(10_000);
            plain.getOutputStream()
                    .write("GET /api/v1/version HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = plain.getInputStream().readAllBytes();
            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1 200");
        }
        // Whoever is refused, or says nothing, is in nobody's way.
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), rig.restPort())) {
            assertThat(rest(server, null, rig.restPort())).isEqualTo(200);
            assertThat(silent.isConnected()).isTrue();
        }
    }

    @Test
    void restCanAskForACertificate(@TempDir Path dir) throws Exception {
        ServerTls mutual =
                ServerTls.read("rest", server.certificate(), server.key(), Optional.of(client.certificate()));
        try (ApiRig other = new ApiRig(dir, new ControlPlaneOptions.Tls(Optional.of(mutual), Optional.empty()))) {
            assertThat(rest(server, client, other.restPort())).isEqualTo(200);
            assertThatThrownBy(() -> rest(server, null, other.restPort())).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> rest(server, stranger, other.restPort())).isInstanceOf(IOException.class);
        }
    }

    private static int rest(TestCertificate trusted, @Nullable TestCertificate own, int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/api/v1/migrations"))
                .header("Authorization", "Bearer " + ApiRig.TOKEN)
                .timeout(Duration.ofSeconds(20))
                .build();
        return HttpClient.newBuilder()
                .sslContext(trusted.trustedBy(own))
                .build()
                .send(request, BodyHandlers.ofString())
                .statusCode();
    }

    @Test
    void grpcTakesOnlyClientsWithTheRightCertificate() throws Exception {
        assertThat(grpc(credentials(server, client))).isEqualTo(Status.Code.OK);
        assertThat(grpc(credentials(server, null))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(grpc(credentials(server, stranger))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(grpc(credentials(stranger, client))).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(grpc(InsecureChannelCredentials.create())).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(grpc(credentials(server, client))).isEqualTo(Status.Code.OK);
    }

    private static ChannelCredentials credentials(TestCertificate trusted, @Nullable TestCertificate own)
            throws IOException {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder()
                .trustManager(trusted.certificate().toFile());
        if (own != null) {
            credentials.keyManager(own.certificate().toFile(), own.key().toFile());
        }
        return credentials.build();
    }

    private Status.Code grpc(ChannelCredentials credentials) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        "127.0.0.1", rig.controlPlane().grpcAddress().getPort(), credentials)
                .build();
        try {
            CatalogServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .getVersion(GetVersionRequest.getDefaultInstance());
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aProxyConnectsWithItsCertificateAndNotWithoutOne() throws Exception {
        ProxyProcess known =
                rig.proxy("known", Optional.of(LinkTls.of(server.certificate(), client.certificate(), client.key())));
        ProxyProcess without = rig.proxy("without", Optional.of(LinkTls.of(server.certificate(), null, null)));
        ProxyProcess plain = rig.proxy("plain", Optional.empty());
        ProxyProcess deceived = rig.proxy(
                "deceived", Optional.of(LinkTls.of(stranger.certificate(), client.certificate(), client.key())));
        await("the proxy is connected", () -> known.status().connected());
        for (ProxyProcess refused : new ProxyProcess[] {without, plain, deceived}) {
            await("the link is refused", () -> !refused.status().linkError().isEmpty());
            assertThat(refused.status().connected()).isFalse();
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        Path junk = Files.writeString(folder.resolve("junk.pem"), "nothing in here\n");
        Path old = Files.writeString(folder.resolve("old.key"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
        Path missing = folder.resolve("missing.pem");
        assertThat(serverTls(missing, server.key())).contains("--rest-tls-cert", "missing.pem", "can be read");
        assertThat(serverTls(junk, server.key())).contains("--rest-tls-cert", "junk.pem", "certificates in PEM");
        assertThat(serverTls(server.certificate(), junk)).contains("--rest-tls-key", "junk.pem", "PRIVATE KEY");
        assertThat(serverTls(server.certificate(), old)).contains("RSA PRIVATE KEY", "pkcs8");
        assertThat(serverTls(server.certificate(), client.key())).contains("--rest-tls-key", "RSA key");
        assertThat(linkTls(missing, null, null)).contains("--control-plane-ca", "missing.pem");
        assertThat(linkTls(server.certificate(), client.certificate(), null)).contains("--control-plane-key: nothing");
        assertThat(linkTls(server.certificate(), client.certificate(), junk)).contains("--control-plane-key");
    }

    private static String serverTls(Path certificate, Path key) {
        return catchThrowableOfType(
                        InvalidFieldException.class, () -> ServerTls.read("rest", certificate, key, Optional.empty()))
                .getMessage();
    }

    private static String linkTls(Path authority, @Nullable Path certificate, @Nullable Path key) {
        return catchThrowableOfType(InvalidFieldException.class, () -> LinkTls.of(authority, certificate, key))
                .getMessage();
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within 30 s: " + what);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
