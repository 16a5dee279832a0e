package io.segue.proxy.config;

import io.segue.proto.v1.ProxyConfig;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a configuration through its steps: map, override, run, keep on disk. One at a time, in the order of the calls. Confined to
 * the configuration thread.
 */
public final class ConfigApplier {
    private static final Logger log = LoggerFactory.getLogger(ConfigApplier.class);

    private final Overrides overrides;
    private final Fallbacks fallbacks;
    private final ConfigTarget target;
    private final ConfigCache cache;
    private final StatusBoard board;
    private final Executor thread;
    private @Nullable ProxyConfig running;
    private CompletionStage<Outcome> last = CompletableFuture.completedStage(Outcome.RUNS);

    /**
     * @param overrides where to listen instead
     * @param fallbacks what the proxy itself has decided while it was alone
     * @param target what runs snapshots
     * @param cache the copy on disk
     * @param board where the result is shown
     * @param thread the configuration thread
     */
    public ConfigApplier(
            Overrides overrides,
            Fallbacks fallbacks,
            ConfigTarget target,
            ConfigCache cache,
            StatusBoard board,
            Executor thread) {
        this.overrides = overrides;
        this.fallbacks = fallbacks;
        this.target = target;
        this.cache = cache;
        this.board = board;
        this.thread = thread;
    }

    /**
     * What became of a configuration.
     *
     * @param rejection why it does not run; empty if it does
     * @param heldUs for how long work was held that it has let go of, in microseconds; 0 if none was
     */
    record Outcome(String rejection, long heldUs) {
        static final Outcome RUNS = new Outcome("", 0);

        boolean runs() {
            return rejection.isEmpty();
        }
    }

    /** Runs the copy on disk, if there is a good one. Completes on the configuration thread, never exceptionally. */
    CompletionStage<Outcome> loadFromDisk() {
        Optional<ProxyConfig> config;
        try {
            config = cache.load();
        } catch (IOException e) {
            log.warn("config_cache_ignored reason=\"{}\"", e.getMessage());
            board.change(status -> status.cache(String.valueOf(e.getMessage())));
            return last;
        }
        return config.isEmpty() ? last : enqueue(config.get(), ConfigStatus.Source.DISK, target::resume);
    }

    /**
     * Runs what the control plane sent. Completes on the configuration thread, never exceptionally.
     *
     * @param evicted whether this proxy was evicted since it ran what it runs
     */
    CompletionStage<Outcome> apply(ProxyConfig config, boolean evicted) {
        return enqueue(config, ConfigStatus.Source.CONTROL_PLANE, evicted ? target::readmit : target);
    }

    /**
     * Runs again what runs, because {@link Fallbacks} have changed.
     *
     * @return why it cannot; empty if it does. Completes on the configuration thread, never exceptionally
     */
    public CompletionStage<String> again() {
        last = last.thenComposeAsync(
                before -> {
                    ProxyConfig now = running;
                    return now == null
                            ? CompletableFuture.completedStage(Outcome.RUNS)
                            : run(now, board.status().source(), target);
                },
                thread);
        return last.thenApply(Outcome::rejection);
    }

    private CompletionStage<Outcome> enqueue(ProxyConfig config, ConfigStatus.Source source, ConfigTarget how) {
        last = last.thenComposeAsync(before -> run(config, source, how), thread);
        return last;
    }

    private CompletionStage<Outcome> run(ProxyConfig config, ConfigStatus.Source source, ConfigTarget how) {
        CompletionStage<ProxySnapshot> applied;
        try {
            ProxySnapshot snapshot = fallbacks.apply(overrides.apply(SnapshotMapper.fromProto(config)));
            // The same again, after a reconnect: it runs already.
            applied = snapshot.equals(board.status().snapshot())
                    ? CompletableFuture.completedStage(snapshot)
                    : how.apply(snapshot).thenApply(done -> snapshot);
        } catch (RuntimeException e) {
            applied = CompletableFuture.failedStage(e);
        }
        return applied.handleAsync(
                (snapshot, failure) ->
                        failure == null ? accepted(config, snapshot, source) : rejected(config.getVersion(), failure),
                thread);
    }

    private Outcome accepted(ProxyConfig config, ProxySnapshot snapshot, ConfigStatus.Source source) {
        boolean kept = source != ConfigStatus.Source.CONTROL_PLANE || keep(config);
        if (!kept && snapshot.holds()) {
            // Others rely on the hold: a new process of this proxy must know of it.
            return rejected(
                    config.getVersion(),
                    new ConfigRejectedException(board.status().cacheError()));
        }
        running = config;
        fallbacks.retain(snapshot);
        board.change(status -> status.running(snapshot, source));
        log.info(
                "config_applied version={} source={} interlays={}",
                snapshot.version(),
                source.label(),
                snapshot.interlays().size());
        return new Outcome("", target.heldUs());
    }

    /** Most configurations run whether or not they can be kept, so trouble here is shown and not a reason to refuse. */
    private boolean keep(ProxyConfig config) {
        try {
            cache.store(config);
            board.change(status -> status.cache(""));
            return true;
        } catch (IOException e) {
            log.error("config_cache_failed version={} reason=\"{}\"", config.getVersion(), e.toString());
            board.change(status -> status.cache("version " + config.getVersion() + " is not on disk: " + e));
            return false;
        }
    }

    /** Completes when everything that was handed in before has come to its end. */
    CompletionStage<Outcome> last() {
        return last;
    }

    /** Promises, beyond the end of the process, not to serve from the copy on disk: see {@link ConfigCache#retire}. */
    boolean retire() {
        try {
            cache.retire();
            return true;
        } catch (IOException e) {
            log.warn("config_cache_not_retired reason=\"{}\"", e.toString());
            return false;
        }
    }

    private Outcome rejected(long version, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String reason;
        if (cause instanceof ConfigRejectedException) {
            reason = String.valueOf(cause.getMessage());
            log.warn("config_rejected version={} reason=\"{}\"", version, reason);
        } else {
            reason = "internal error: " + cause;
            log.error("config_rejected version={}", version, cause);
        }
        board.change(status -> status.rejected(version, reason));
        return new Outcome(reason, 0);
    }
}
