package io.segue.controlplane.service;

import io.segue.controlplane.push.ChangeStats;
import io.segue.controlplane.push.Outbound;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.push.ProxySession;
import io.segue.controlplane.push.ProxyView;
import io.segue.controlplane.store.Store;
import io.segue.core.validation.Check;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.Rollout;
import io.segue.proto.v1.Version;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The proxies: their streams and what is known of them. Thread-safe. */
public final class FleetService {
    private final Store store;
    private final Publisher publisher;
    private final ProxyHub hub;
    private final Evictions evictions;
    private final ChangeStats stats;
    private final String release;

    FleetService(
            Store store, Publisher publisher, ProxyHub hub, Evictions evictions, ChangeStats stats, String release) {
        this.store = store;
        this.publisher = publisher;
        this.hub = hub;
        this.evictions = evictions;
        this.stats = stats;
        this.release = release;
    }

    /** One stream, as the transport drives it. Calls come one after another. */
    public interface Stream {
        /** A message after the first. */
        void onRequest(ConfigRequest request);

        /** The transport takes messages again. */
        void onReady();

        /**
         * The stream is gone.
         *
         * @param goodbye whether the proxy has ended it in order
         */
        void onClosed(boolean goodbye);
    }

    /**
     * Takes a proxy's stream.
     *
     * @param first its first message
     * @param ready whether the transport takes a message now
     * @param send sends a message; must not block
     * @param replaced ends the stream with a reason, because another one took its place
     */
    public Stream open(
            ConfigRequest first, BooleanSupplier ready, Consumer<ConfigResponse> send, Consumer<String> replaced) {
        Check.id("node.id", first.getNode().getId());
        publisher.outgrow(first.getVersion());
        ProxySession session = hub.open(first, new Outbound() {
            @Override
            public boolean isReady() {
                return ready.getAsBoolean();
            }

            @Override
            public void send(ConfigResponse response) {
                boolean evicted = evictions.isOut(first.getNode().getId());
                send.accept(evicted ? response.toBuilder().setEvicted(true).build() : response);
            }

            @Override
            public void replaced(String reason) {
                replaced.accept(reason);
            }
        });
        return new Stream() {
            @Override
            public void onRequest(ConfigRequest request) {
                session.onRequest(request);
                if (!request.getResponseNonce().isEmpty() && !request.hasErrorDetail()) {
                    evictions.returned(session.proxy());
                }
            }

            @Override
            public void onReady() {
                session.onReady();
            }

            @Override
            public void onClosed(boolean goodbye) {
                session.onClosed(goodbye);
            }
        };
    }

    /** All known proxies, ordered by id. */
    public List<Proxy> proxies() {
        return hub.proxies().stream().map(ProxyView::proxy).toList();
    }

    /**
     * Evicts a proxy that cannot be reached: no change waits for it any more.
     *
     * @return in the notes, how it is kept from writing, and what is left for the operator
     */
    public Rollout evict(String id) {
        return evictions.evict(id);
    }

    /** How changes that gave keys another authority went. */
    public ChangeStats planChanges() {
        return stats;
    }

    /** What runs here, and which configuration the proxies should run. */
    public Version version() {
        return Version.newBuilder()
                .setRelease(release)
                .setConfigVersion(store.configVersion())
                .build();
    }
}
