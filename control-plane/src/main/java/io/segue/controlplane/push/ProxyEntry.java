package io.segue.controlplane.push;

import io.segue.controlplane.time.Times;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.Node;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.ProxyReport;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The hub's notes on one proxy. Touched only under the hub's lock. */
final class ProxyEntry {
    private Proxy.Builder proxy;
    private ProxyReport report;
    private long reports;
    private long savedAtMs;
    private long sessions;
    private String awaitedNonce = "";
    private long awaitedVersion;
    private @Nullable ProxySession session;
    private boolean sendPending;

    ProxyEntry(ProxyView known) {
        this.proxy = known.proxy().toBuilder();
        this.report = known.report();
    }

    /** Starts a new stream and returns the one it replaces. */
    @Nullable
    ProxySession attach(ProxySession next, Node node, long runs) {
        ProxySession previous = session;
        session = next;
        sessions++;
        awaitedNonce = "";
        sendPending = false;
        proxy.setId(node.getId())
                .setRegion(node.getRegion())
                .setInstance(node.getInstance())
                .setRelease(node.getRelease())
                .setAckedVersion(runs);
        return previous;
    }

    void detach() {
        session = null;
        awaitedNonce = "";
    }

    boolean serves(ProxySession candidate) {
        return session == candidate;
    }

    /** Whether it has had a stream to this process. */
    boolean everConnected() {
        return sessions > 0;
    }

    boolean connected() {
        return session != null;
    }

    /** Sends what the proxy should run, now or when its stream takes messages again. */
    void offer(ProxyConfig target) {
        ProxySession to = session;
        if (to == null || target.getVersion() == proxy.getAckedVersion()) {
            return;
        }
        sendPending = !to.outbound().isReady();
        if (!sendPending) {
            // Noted before it is sent: the answer may come before this thread goes on.
            awaitedVersion = target.getVersion();
            awaitedNonce = sessions + "-" + awaitedVersion;
            to.outbound()
                    .send(ConfigResponse.newBuilder()
                            .setVersion(awaitedVersion)
                            .setNonce(awaitedNonce)
                            .setConfig(target)
                            .build());
        }
    }

    boolean sendPending() {
        return sendPending;
    }

    /** Whether this answers what was sent last; anything else is out of date. */
    boolean answers(String nonce) {
        return !nonce.isEmpty() && nonce.equals(awaitedNonce);
    }

    void acknowledged() {
        proxy.setAckedVersion(awaitedVersion);
        awaitedNonce = "";
    }

    void refused(String reason) {
        proxy.setRejectedVersion(awaitedVersion).setRejectedReason(reason);
        awaitedNonce = "";
    }

    void seen(Instant now) {
        proxy.setLastSeen(Times.of(now));
    }

    void reported(ProxyReport news) {
        report = news;
        reports++;
    }

    long reports() {
        return reports;
    }

    boolean runs(long version) {
        return proxy.getAckedVersion() >= version;
    }

    boolean hasRefused(long version) {
        return proxy.getRejectedVersion() >= version && !runs(version);
    }

    Rejection rejection() {
        return new Rejection(proxy.getId(), proxy.getRejectedVersion(), proxy.getRejectedReason());
    }

    String id() {
        return proxy.getId();
    }

    /** Whether it is time to write the notes down again. */
    boolean due(long nowMs, long everyMs) {
        return nowMs - savedAtMs >= everyMs;
    }

    ProxyView toSave(long nowMs) {
        savedAtMs = nowMs;
        return new ProxyView(
                proxy.clone().setConnected(false).setTargetVersion(0).build(), report);
    }

    ProxyView view(long targetVersion) {
        return new ProxyView(
                proxy.clone()
                        .setConnected(connected())
                        .setTargetVersion(targetVersion)
                        .build(),
                report);
    }
}
