package io.segue.controlplane.push;

import io.segue.controlplane.time.Times;
import io.segue.core.planchange.Barrier;
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
    private long heldUs;
    private long refusedAtMs;

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

    /** @param us for how long it has held work until now, in microseconds; 0 if it held none */
    void acknowledged(long us) {
        proxy.setAckedVersion(awaitedVersion);
        awaitedNonce = "";
        heldUs = us;
    }

    void refused(String reason, long nowMs) {
        proxy.setRejectedVersion(awaitedVersion).setRejectedReason(reason);
        awaitedNonce = "";
        refusedAtMs = nowMs;
    }

    /** For how long {@code version} has been refused; 0 if it is not, or is on its way again. */
    long refusedFor(long nowMs, long version) {
        boolean refused = proxy.getRejectedVersion() == version && !runs(version) && awaitedNonce.isEmpty();
        return refused && !sendPending ? nowMs - refusedAtMs : 0;
    }

    /** How long it held work before what it acknowledged last. */
    LongestHold lastHold() {
        return new LongestHold(proxy.getId(), heldUs);
    }

    Barrier.Member member() {
        return new Barrier.Member(proxy.getId(), connected(), proxy.getAckedVersion(), proxy.getRejectedVersion());
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
