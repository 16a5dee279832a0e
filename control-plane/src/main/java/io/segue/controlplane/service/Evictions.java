package io.segue.controlplane.service;

import io.segue.controlplane.preflight.RedisFence;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Commit;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.store.VersionStep;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.Rollout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Proxies that an operator has struck off the list. One may be alive all the same, cut off from here, and serve by the plan that it had: before it
 * is waited for no longer, it is kept out of the databases ({@link RedisFence}). It is one of the fleet again as soon as it has a stream and
 * runs a configuration that is not older. Thread-safe.
 */
final class Evictions implements AutoCloseable {
    private final Store store;
    private final Records records;
    private final EndpointVault vault;
    private final Publisher publisher;
    private final Changes changes;
    private final ProxyHub hub;
    private final RedisFence fence;
    private final Set<String> out = ConcurrentHashMap.newKeySet();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "segue-evictions");
        thread.setDaemon(true);
        return thread;
    });

    Evictions(
            Store store,
            Records records,
            EndpointVault vault,
            Publisher publisher,
            Changes changes,
            ProxyHub hub,
            RedisFence fence) {
        this.store = store;
        this.records = records;
        this.vault = vault;
        this.publisher = publisher;
        this.changes = changes;
        this.hub = hub;
        this.fence = fence;
        store.list(Kind.EVICTION).stream().map(StoredRecord::key).forEach(out::add);
    }

    /**
     * Evicts a proxy that has no stream.
     *
     * @return in the notes, where it is kept out, where it is not, and what is left to do
     */
    Rollout evict(String id) {
        return changes.exclusively(() -> {
            refuseUnless(id, hub.mayForget(id));
            Commit commit = store.commit(
                    List.of(Change.put(
                            Kind.EVICTION,
                            id,
                            Proxy.newBuilder().setId(id).build().toByteString())),
                    VersionStep.RAISE);
            out.add(id);
            // The mark must not be above what the others run, nor below what the evicted one may.
            publisher.publish();
            List<RedisFence.Outcome> outcomes = fence.shut(id, commit.configVersion(), endpoints());
            ProxyHub.Forgotten done = hub.forget(id);
            if (done != ProxyHub.Forgotten.DONE) {
                welcome(id);
                refuseUnless(id, done);
            }
            return rollout(id, commit.configVersion(), outcomes);
        });
    }

    private static void refuseUnless(String id, ProxyHub.Forgotten may) {
        switch (may) {
            case DONE -> {}
            case UNKNOWN -> throw ServiceException.notFound("proxy", id);
            case STILL_CONNECTED ->
                throw ServiceException.conflict("proxy " + id + " is connected; stop it before evicting it");
        }
    }

    private List<Endpoint> endpoints() {
        return records.endpoints().stream()
                .map(held -> vault.revealed(held.value()))
                .toList();
    }

    private static Rollout rollout(String id, long version, List<RedisFence.Outcome> outcomes) {
        Rollout.Builder rollout = Rollout.newBuilder().setVersion(version);
        outcomes.forEach(outcome -> rollout.addNotes(outcome.describe(id)));
        String open = outcomes.stream()
                .filter(outcome -> !outcome.fenced())
                .map(RedisFence.Outcome::server)
                .collect(Collectors.joining(", "));
        rollout.addNotes(
                open.isEmpty()
                        ? "proxy " + id
                                + ", if it lives, serves nobody until it reaches the control plane again; stop it, or mend"
                                + " its link"
                        : "make sure that proxy " + id
                                + " does not run before keys change sides: it could still write to " + open);
        return rollout.build();
    }

    /** Whether a proxy was evicted and has not taken a configuration since. */
    boolean isOut(String id) {
        return out.contains(id);
    }

    /** A proxy has taken a configuration. If it was evicted, it no longer is. Does not wait. */
    void returned(String id) {
        if (out.contains(id)) {
            CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> welcome(id), worker);
        }
    }

    private void welcome(String id) {
        if (out.remove(id)) {
            store.commit(List.of(Change.delete(Kind.EVICTION, id)), VersionStep.KEEP);
            fence.open(id, endpoints());
        }
    }

    @Override
    public void close() {
        worker.shutdown();
    }
}
