package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proxy.Await;
import io.segue.proxy.config.FakeControlPlane.Conversation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigStreamTest {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final RecordingTarget target = new RecordingTarget();
    private final StatusBoard board = new StatusBoard();
    private volatile String token = "t-1";
    private FakeControlPlane controlPlane;
    private ConfigStream stream;

    @TempDir
    Path directory;

    @BeforeEach
    void startControlPlane() throws IOException {
        controlPlane = FakeControlPlane.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (stream != null) {
            stream.close(false).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
        thread.shutdownNow();
        controlPlane.close();
    }

    private void startStream() {
        startStream(controlPlane.address());
    }

    private void startStream(HostPort address) {
        StreamSettings settings = new StreamSettings(
                address,
                new NodeInfo("p1", "eu", "i-1", "test"),
                () -> token,
                Duration.ofMillis(1),
                Duration.ofMillis(20),
                Duration.ofMillis(5),
                Duration.ofMillis(10),
                Duration.ofSeconds(5));
        ConfigApplier applier =
                new ConfigApplier(Overrides.NONE, new Fallbacks(), target, new ConfigCache(directory), board, thread);
        stream = new ConfigStream(settings, applier, this::news, board, thread);
        stream.start();
    }

    private ProxyNews news(ProxySnapshot snapshot) {
        SideNews side = new SideNews(snapshot.version(), 2, 3, null);
        return new ProxyNews(
                List.of(new MigrationNews("move_cache", List.of(), side, side, 4, 5, 6, 7, 8)),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void firstMessageSaysWhoAsksAndWhatRuns() throws Exception {
        new ConfigCache(directory).store(Configs.plain(41));
        startStream();
        Conversation conversation = controlPlane.nextStream();
        ConfigRequest first = conversation.next();
        assertThat(first.getNode().getId()).isEqualTo("p1");
        assertThat(first.getNode().getRegion()).isEqualTo("eu");
        assertThat(first.getNode().getInstance()).isEqualTo("i-1");
        assertThat(first.getVersion()).isEqualTo(41);
        assertThat(first.getResponseNonce()).isEmpty();
        assertThat(conversation.authorization()).isEqualTo("Bearer t-1");
        assertThat(board.status().source()).isEqualTo(ConfigStatus.Source.DISK);
    }

    @Test
    void acknowledgesWhatRunsAndKeepsIt() throws Exception {
        startStream();
        Conversation conversation = controlPlane.nextStream();
        assertThat(conversation.next().getVersion()).isZero();
        conversation.send(Configs.canary(7, 0.05), "n-1");
        ConfigRequest ack = conversation.next();
        assertThat(ack.getResponseNonce()).isEqualTo("n-1");
        assertThat(ack.getVersion()).isEqualTo(7);
        assertThat(ack.hasErrorDetail()).isFalse();
        assertThat(target.next().version()).isEqualTo(7);
        assertThat(new ConfigCache(directory).load()).contains(Configs.canary(7, 0.05));
        assertThat(board.status().source()).isEqualTo(ConfigStatus.Source.CONTROL_PLANE);
        assertThat(board.status().connected()).isTrue();
    }

    @Test
    void refusesWhatTheDataPlaneCannotRunAndGoesOnWithTheLastGood() throws Exception {
        target.refuse(8);
        startStream();
        Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.plain(7), "n-1");
        conversation.next();
        conversation.send(Configs.canary(8, 0.5), "n-2");
        ConfigRequest nack = conversation.next();
        assertThat(nack.getResponseNonce()).isEqualTo("n-2");
        assertThat(nack.getVersion()).isEqualTo(7);
        assertThat(nack.getErrorDetail().getMessage()).contains("address in use");
        assertThat(board.status().version()).isEqualTo(7);
        assertThat(board.status().rejectedVersion()).isEqualTo(8);
        assertThat(board.status().linkError()).isEmpty();
        assertThat(new ConfigCache(directory).load()).contains(Configs.plain(7));
        conversation.send(Configs.canary(9, 0.25), "n-3");
        assertThat(conversation.next().getVersion()).isEqualTo(9);
    }

    @Test
    void refusesWhatIsNotAConfigurationWithoutAskingTheDataPlane() throws Exception {
        startStream();
        Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.canary(5, 1.7), "n-1");
        assertThat(conversation.next().getErrorDetail().getMessage())
                .isEqualTo("interlay cache: plan: strategy.read_percentage: 1.7 (expected: 0.0 to 1.0)");
        assertThat(target.idle()).isTrue();
    }

    @Test
    void appliesOneAtATime() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        target.hold(gate);
        startStream();
        Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.plain(1), "n-1");
        conversation.send(Configs.plain(2), "n-2");
        assertThat(target.next().version()).isEqualTo(1);
        // The thread has run whatever the second message could have caused, and reports still flow.
        conversation.nextReport();
        conversation.nextReport();
        assertThat(target.idle()).isTrue();
        gate.complete(null);
        assertThat(conversation.next().getResponseNonce()).isEqualTo("n-1");
        assertThat(conversation.next().getResponseNonce()).isEqualTo("n-2");
        assertThat(target.next().version()).isEqualTo(2);
    }

    @Test
    void comesBackAfterTheLinkBreaksAndSaysWhatItRuns() throws Exception {
        startStream();
        Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.plain(3), "n-1");
        conversation.next();
        conversation.fail(Status.UNAVAILABLE.withDescription("going away"));
        Conversation second = controlPlane.nextStream();
        assertThat(second.next().getVersion()).isEqualTo(3);
        assertThat(board.status().linkError()).contains("going away");
        assertThat(board.status().rejectedReason()).isEmpty();
        // The same version again, as a restarted control plane may send it: nothing to do, still acknowledged.
        target.next();
        second.send(Configs.plain(3), "n-2");
        assertThat(second.next().getResponseNonce()).isEqualTo("n-2");
        assertThat(target.idle()).isTrue();
    }

    @Test
    void servesFromDiskWhileTheControlPlaneIsDownAndFindsItWhenItReturns() throws Exception {
        new ConfigCache(directory).store(Configs.plain(12));
        HostPort address = controlPlane.address();
        controlPlane.close();
        startStream(address);
        assertThat(target.next().version()).isEqualTo(12);
        Await.until("a failed attempt", () -> board.status().linkError().contains("UNAVAILABLE"));
        assertThat(board.status().connected()).isFalse();
        controlPlane = FakeControlPlane.startOn(address);
        assertThat(controlPlane.nextStream().next().getVersion()).isEqualTo(12);
    }

    @Test
    void ignoresACorruptCopyOnDisk() throws Exception {
        new ConfigCache(directory).store(Configs.plain(12));
        Path file = directory.resolve(ConfigCache.FILE);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        startStream();
        Conversation conversation = controlPlane.nextStream();
        assertThat(conversation.next().getVersion()).isZero();
        assertThat(board.status().cacheError()).contains("checksum");
        conversation.send(Configs.plain(13), "n-1");
        conversation.next();
        assertThat(board.status().cacheError()).isEmpty();
        assertThat(new ConfigCache(directory).load()).contains(Configs.plain(13));
    }

    @Test
    void keepsServingWhenTheTokenIsRefusedAndTakesUpANewOne() throws Exception {
        new ConfigCache(directory).store(Configs.plain(12));
        controlPlane.acceptOnly("Bearer t-2"::equals);
        startStream();
        Await.until("the refusal", () -> board.status().linkError().contains("UNAUTHENTICATED"));
        assertThat(board.status().version()).isEqualTo(12);
        token = "t-2";
        assertThat(controlPlane.nextStream().authorization()).isEqualTo("Bearer t-2");
    }

    @Test
    void reportsWhileConnected() throws Exception {
        startStream();
        Conversation conversation = controlPlane.nextStream();
        ConfigRequest report = conversation.nextReport();
        assertThat(report.getResponseNonce()).isEmpty();
        assertThat(report.getReport().getMigrations(0).getMigrationId()).isEqualTo("move_cache");
        assertThat(report.getReport().getMigrations(0).getSides(1).getErrors()).isEqualTo(3);
        assertThat(report.getReport().getMigrations(0).getRescuedReads()).isEqualTo(4);
    }

    @Test
    void closesInOrder() throws Exception {
        startStream();
        Conversation conversation = controlPlane.nextStream();
        conversation.next();
        stream.close(false).toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(conversation.end()).isEqualTo("completed");
        stream = null;
    }

    @Test
    void aHoldThatCannotBeKeptOnDiskIsRefused() throws Exception {
        startStream();
        Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.plain(1), "n-1");
        conversation.next();
        // Where the new copy would be written stands something that cannot be replaced.
        Path inTheWay = Files.createDirectories(directory.resolve(ConfigCache.FILE + ".tmp"));
        Files.writeString(inTheWay.resolve("file"), "x");
        conversation.send(Configs.holding(2, 0.5), "n-2");
        ConfigRequest answer = conversation.next();
        assertThat(answer.getErrorDetail().getMessage()).contains("version 2 is not on disk");
        assertThat(answer.getVersion()).isEqualTo(1);
        conversation.send(Configs.plain(3), "n-3");
        assertThat(conversation.next().hasErrorDetail())
                .as("nobody relies on this one")
                .isFalse();
    }
}
