package io.segue.controlplane.service;

import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Store;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.Prepared;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes what the store says to the proxies. Thread-safe. */
final class Publisher {
    private final Store store;
    private final ConfigBuilder builder;
    private final ProxyHub hub;

    Publisher(Store store, ConfigBuilder builder, ProxyHub hub) {
        this.store = store;
        this.builder = builder;
        this.hub = hub;
    }

    /** What the proxies would have to prepare before {@code changes}, by interlay; empty: nothing. */
    Map<String, Prepared> toPrepare(List<Change> changes) {
        return Holds.between(builder.build(), builder.preview(changes));
    }

    /** The interlays for which a change is being prepared, as stored. */
    Set<String> prepared() {
        return builder.build().getInterlaysList().stream()
                .filter(InterlayConfig::hasPrepared)
                .map(InterlayConfig::getId)
                .collect(Collectors.toSet());
    }

    /** Publishes the configuration as it is stored now. */
    void publish() {
        hub.publish(builder.build());
    }

    /**
     * Makes sure that our version is above {@code seen}. A proxy can be ahead when the store was restored from a backup; what it
     * runs then is not what we would have sent under that number.
     */
    void outgrow(long seen) {
        if (seen > store.configVersion()) {
            store.raiseVersionAbove(seen);
            publish();
        }
    }
}
