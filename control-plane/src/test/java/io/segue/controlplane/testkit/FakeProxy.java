package io.segue.controlplane.testkit;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.segue.proto.v1.ConfigDiscoveryGrpc;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.ErrorDetail;
import io.segue.proto.v1.MigrationReport;
import io.segue.proto.v1.Node;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.ProxyReport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Speaks StreamConfigs as a proxy does: acknowledges what it gets unless told otherwise, and reports ten times a second. */
public final class FakeProxy implements AutoCloseable {
    private final ManagedChannel channel;
    private final List<ConfigResponse> received = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final StreamObserver<ConfigRequest> out;
    private final ScheduledFuture<?> reports;
    private volatile Function<ProxyConfig, Optional<String>> verdict = config -> Optional.empty();
    private volatile boolean answers = true;
    private volatile ProxyReport report = ProxyReport.getDefaultInstance();

    public FakeProxy(InetSocketAddress controlPlane, String token, String id) {
        this(controlPlane, token, id, 0);
    }

    /** A proxy that runs version {@code runs} already. */
    public FakeProxy(InetSocketAddress controlPlane, String token, String id, long runs) {
        channel = NettyChannelBuilder.forAddress(controlPlane.getHostString(), controlPlane.getPort())
                .usePlaintext()
                .build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        out = ConfigDiscoveryGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .streamConfigs(new Incoming());
        send(ConfigRequest.newBuilder()
                .setNode(Node.newBuilder()
                        .setId(id)
                        .setRegion("r1")
                        .setInstance("i1")
                        .setRelease("test"))
                .setVersion(runs)
                .build());
        reports = timer.scheduleAtFixedRate(this::report, 100, 100, TimeUnit.MILLISECONDS);
    }

    /** From now on refuses what {@code reason} gives a reason for. */
    public FakeProxy refusing(Function<ProxyConfig, Optional<String>> reason) {
        verdict = reason;
        return this;
    }

    /** From now on says nothing to what it gets. */
    public FakeProxy mute() {
        answers = false;
        return this;
    }

    /** From now on reports so many keys of a migration as divergent. */
    public FakeProxy reporting(String migration, long divergentKeys) {
        return reporting(MigrationReport.newBuilder()
                .setMigrationId(migration)
                .setDivergentKeys(divergentKeys)
                .setOldestDivergenceMs(divergentKeys == 0 ? 0 : 1_700_000_000_000L)
                .build());
    }

    public FakeProxy reporting(MigrationReport migration) {
        return reporting(ProxyReport.newBuilder().addMigrations(migration).build());
    }

    /** From now on reports this, ten times a second. */
    public FakeProxy reporting(ProxyReport all) {
        report = all;
        report();
        return this;
    }

    /** Says that it runs, or cannot run, what came with a nonce. */
    public void answer(String nonce, Optional<String> refusal) {
        ConfigRequest.Builder answer = ConfigRequest.newBuilder().setResponseNonce(nonce);
        refusal.ifPresent(
                reason -> answer.setErrorDetail(ErrorDetail.newBuilder().setMessage(reason)));
        send(answer.build());
    }

    public List<ConfigResponse> received() {
        return received;
    }

    /** The last configuration that came. */
    public ProxyConfig config() {
        Await.until("a configuration arrives", () -> !received.isEmpty());
        return received.get(received.size() - 1).getConfig();
    }

    /** The share of reads on NEW that the first interlay's canary has now; -1 without a plan. */
    public double reads() {
        if (received.isEmpty() || !config().getInterlays(0).hasPlan()) {
            return -1;
        }
        return config().getInterlays(0).getPlan().getStrategy().getCanary().getReadPercentage();
    }

    public void awaitReads(double share) {
        Await.until("a share of " + share + " is read on NEW", () -> reads() == share);
    }

    /** What came after a version. */
    public List<ProxyConfig> sentAfter(long version) {
        return received.stream()
                .map(ConfigResponse::getConfig)
                .filter(config -> config.getVersion() > version)
                .toList();
    }

    /** Says goodbye, as a proxy that is stopped in order. */
    public void leave() {
        reports.cancel(true);
        synchronized (this) {
            out.onCompleted();
        }
    }

    /** How the stream ended. */
    public CompletableFuture<Status> ended() {
        return ended;
    }

    private void report() {
        send(ConfigRequest.newBuilder().setReport(report).build());
    }

    private synchronized void send(ConfigRequest request) {
        if (!ended.isDone()) {
            try {
                out.onNext(request);
            } catch (IllegalStateException e) {
                ended.complete(Status.CANCELLED);
            }
        }
    }

    @Override
    public void close() {
        reports.cancel(true);
        timer.shutdownNow();
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Incoming implements StreamObserver<ConfigResponse> {
        @Override
        public void onNext(ConfigResponse response) {
            received.add(response);
            if (answers) {
                answer(response.getNonce(), verdict.apply(response.getConfig()));
            }
        }

        @Override
        public void onError(Throwable thrown) {
            ended.complete(Status.fromThrowable(thrown));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }
    }
}
