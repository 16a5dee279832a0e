package io.segue.controlplane.push;

import io.segue.core.planchange.Barrier;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.Node;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.ProxyReport;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the one configuration that all proxies should run, the streams to them, and what each has said. A version is sent once
 * per stream; it is acknowledged, refused, or made obsolete by the next one, whose nonce then is the only one that counts.
 * Thread-safe.
 */
public final class ProxyHub {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyHub.class);
    private static final long SAVE_EVERY_MS = 5_000;
    /** After so long what a proxy has refused, and should run all the same, is offered again. */
    private static final long OFFER_AGAIN_MS = 1_000;

    private final Clock clock;
    private final ProxyArchive archive;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Map<String, ProxyEntry> entries = new TreeMap<>();
    private final LongAdder acks = new LongAdder();
    private final LongAdder nacks = new LongAdder();
    private ProxyConfig target = ProxyConfig.getDefaultInstance();
    private volatile Consumer<String> lost = proxy -> {};
    private volatile BiConsumer<String, ProxyReport> reports = (proxy, report) -> {};

    /** Starts with the proxies of the archive, all of them disconnected. */
    public ProxyHub(Clock clock, ProxyArchive archive) {
        this.clock = clock;
        this.archive = archive;
        for (ProxyView known : archive.load()) {
            entries.put(known.proxy().getId(), new ProxyEntry(known));
        }
    }

    /** Is told the id of each proxy whose stream ends without a goodbye, on the stream's thread, and of each that is struck off the list. */
    public void onLost(Consumer<String> listener) {
        lost = listener;
    }

    /** Is told the id of each proxy that reports, and the report, on the stream's thread. */
    public void onReport(BiConsumer<String, ProxyReport> listener) {
        reports = listener;
    }

    /** Makes {@code config} what every proxy should run, unless a newer one already is. */
    public void publish(ProxyConfig config) {
        lock.lock();
        try {
            if (config.getVersion() <= target.getVersion()) {
                return;
            }
            target = config;
            entries.values().forEach(entry -> entry.offer(target));
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The version that every proxy should run. */
    public long targetVersion() {
        lock.lock();
        try {
            return target.getVersion();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a new stream; an older one of the same proxy is ended. */
    public ProxySession open(ConfigRequest first, Outbound outbound) {
        Node node = first.getNode();
        ProxySession session = new ProxySession(this, node.getId(), outbound);
        register(node);
        @Nullable ProxySession replaced;
        ProxyView save;
        lock.lock();
        try {
            ProxyEntry entry = entries.computeIfAbsent(node.getId(), id -> new ProxyEntry(unknown(id)));
            replaced = entry.attach(session, node, first.getVersion());
            note(entry, first);
            entry.offer(target);
            save = entry.toSave(clock.millis());
            news.signalAll();
        } finally {
            lock.unlock();
        }
        if (replaced != null) {
            replaced.outbound().replaced("another stream with the node id " + node.getId() + " took its place");
            lost.accept(node.getId());
        }
        archive.save(save);
        LOG.info("proxy {} connected, runs version {}", node.getId(), first.getVersion());
        return session;
    }

    /** Who may be serving clients is on disk before it is told what to serve: after a restart no change goes over its head. */
    private void register(Node node) {
        boolean known;
        lock.lock();
        try {
            known = entries.containsKey(node.getId());
        } finally {
            lock.unlock();
        }
        if (!known) {
            archive.save(unknown(node.getId()));
        }
    }

    private static ProxyView unknown(String id) {
        return new ProxyView(Proxy.newBuilder().setId(id).build(), ProxyReport.getDefaultInstance());
    }

    void received(ProxySession session, ConfigRequest request) {
        if (request.getStopped()) {
            stopped(session);
            return;
        }
        @Nullable ProxyView save = null;
        lock.lock();
        try {
            @Nullable ProxyEntry entry = entryOf(session);
            if (entry == null) {
                return;
            }
            boolean answered = entry.answers(request.getResponseNonce());
            if (answered) {
                answer(entry, request);
            }
            note(entry, request);
            if (request.hasReport() && entry.refusedFor(clock.millis(), target.getVersion()) > OFFER_AGAIN_MS) {
                entry.offer(target);
            }
            if (answered || entry.due(clock.millis(), SAVE_EVERY_MS)) {
                save = entry.toSave(clock.millis());
            }
            news.signalAll();
        } finally {
            lock.unlock();
        }
        if (request.hasReport()) {
            reports.accept(session.proxy(), request.getReport());
        }
        if (save != null) {
            archive.save(save);
        }
    }

    private void answer(ProxyEntry entry, ConfigRequest request) {
        if (request.hasErrorDetail()) {
            entry.refused(request.getErrorDetail().getMessage(), clock.millis());
            nacks.increment();
            LOG.warn(
                    "proxy {} refused version {}: {}",
                    entry.id(),
                    entry.rejection().version(),
                    entry.rejection().reason());
        } else {
            entry.acknowledged(request.getHeldUs());
            acks.increment();
        }
    }

    private void note(ProxyEntry entry, ConfigRequest request) {
        entry.seen(clock.instant());
        if (request.hasReport()) {
            // What was done since the last report counts once, for whoever listens.
            entry.reported(
                    request.getReport().toBuilder().clearTraffic().clearCensus().build());
        }
    }

    void ready(ProxySession session) {
        lock.lock();
        try {
            @Nullable ProxyEntry entry = entryOf(session);
            if (entry != null && entry.sendPending()) {
                entry.offer(target);
            }
        } finally {
            lock.unlock();
        }
    }

    void closed(ProxySession session, boolean goodbye) {
        ProxyView save;
        lock.lock();
        try {
            @Nullable ProxyEntry entry = entryOf(session);
            if (entry == null) {
                return;
            }
            entry.detach();
            save = entry.toSave(clock.millis());
            news.signalAll();
        } finally {
            lock.unlock();
        }
        LOG.info("proxy {} {}", session.proxy(), goodbye ? "disconnected" : "was lost");
        archive.save(save);
        if (!goodbye) {
            lost.accept(session.proxy());
        }
    }

    /** A proxy has ended in order, and has promised not to serve before it is told what to: nobody waits for it any more. */
    private void stopped(ProxySession session) {
        lock.lock();
        try {
            if (entryOf(session) == null) {
                return;
            }
            entries.remove(session.proxy());
            news.signalAll();
        } finally {
            lock.unlock();
        }
        archive.forget(session.proxy());
        LOG.info("proxy {} stopped", session.proxy());
    }

    private @Nullable ProxyEntry entryOf(ProxySession session) {
        ProxyEntry entry = entries.get(session.proxy());
        return entry != null && entry.serves(session) ? entry : null;
    }

    /** Waits until every connected proxy runs {@code version} or one refuses it, or until the time is up. */
    public Arrival awaitArrival(long version, Duration atMost) {
        lock.lock();
        try {
            await(atMost, () -> {
                Arrival now = arrival(version);
                return now.silent().isEmpty() || now.rejection().isPresent();
            });
            return arrival(version);
        } finally {
            lock.unlock();
        }
    }

    /**
     * How the registered proxies stand with a version.
     *
     * @param lenient whether those that cannot be reached are left out
     */
    public Barrier barrier(long version, boolean lenient) {
        lock.lock();
        try {
            return Barrier.of(
                    version,
                    entries.values().stream()
                            .map(ProxyEntry::member)
                            .filter(member -> member.connected() || !lenient)
                            .toList());
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the barrier is passed or cannot be passed any more, or until the time is up. */
    public Barrier awaitBarrier(long version, Duration atMost, boolean lenient) {
        lock.lock();
        try {
            await(atMost, () -> {
                Barrier now = barrier(version, lenient);
                return now.passed() || now.failed();
            });
            return barrier(version, lenient);
        } finally {
            lock.unlock();
        }
    }

    /** The first refusal of a version, if it was refused. */
    public Optional<Rejection> rejection(long version) {
        lock.lock();
        try {
            return arrival(version).rejection();
        } finally {
            lock.unlock();
        }
    }

    /** Which of the proxies that run a version has held work for the longest time until then. */
    public Optional<LongestHold> longestHold(long version) {
        lock.lock();
        try {
            return entries.values().stream()
                    .filter(entry -> entry.runs(version))
                    .map(ProxyEntry::lastHold)
                    .filter(hold -> hold.us() > 0)
                    .max(Comparator.comparingLong(LongestHold::us));
        } finally {
            lock.unlock();
        }
    }

    private Arrival arrival(long version) {
        List<String> acknowledged = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        List<String> disconnected = new ArrayList<>();
        Optional<Rejection> rejection = Optional.empty();
        for (ProxyEntry entry : entries.values()) {
            if (!entry.connected()) {
                disconnected.add(entry.id());
            } else if (entry.runs(version)) {
                acknowledged.add(entry.id());
            } else {
                silent.add(entry.id());
            }
            if (rejection.isEmpty() && entry.hasRefused(version)) {
                rejection = Optional.of(entry.rejection());
            }
        }
        return new Arrival(acknowledged, silent, disconnected, rejection);
    }

    /**
     * Waits until every known proxy has sent a report that is newer than this call, or until the time is up.
     *
     * @return the proxies that have not: what is known of them may be out of date
     */
    public List<String> awaitReports(Duration atMost) {
        lock.lock();
        try {
            Map<String, Long> before = new HashMap<>();
            entries.values().forEach(entry -> before.put(entry.id(), entry.reports()));
            await(atMost, () -> late(before).isEmpty());
            return late(before);
        } finally {
            lock.unlock();
        }
    }

    private List<String> late(Map<String, Long> before) {
        return entries.values().stream()
                .filter(entry -> entry.reports() <= before.getOrDefault(entry.id(), 0L))
                .map(ProxyEntry::id)
                .toList();
    }

    private void await(Duration atMost, BooleanSupplier done) {
        long left = atMost.toNanos();
        try {
            while (!done.getAsBoolean() && left > 0) {
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // The caller sees what is missing; the thread ends soon.
            Thread.currentThread().interrupt();
        }
    }

    /** Ids of the proxies that are known from before, and have had no stream to this process. */
    public List<String> neverSeen() {
        lock.lock();
        try {
            return entries.values().stream()
                    .filter(entry -> !entry.everConnected())
                    .map(ProxyEntry::id)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** All known proxies, ordered by id. */
    public List<ProxyView> proxies() {
        lock.lock();
        try {
            return entries.values().stream()
                    .map(entry -> entry.view(target.getVersion()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #forget} would do it. */
    public Forgotten mayForget(String id) {
        lock.lock();
        try {
            ProxyEntry entry = entries.get(id);
            if (entry == null) {
                return Forgotten.UNKNOWN;
            }
            return entry.connected() ? Forgotten.STILL_CONNECTED : Forgotten.DONE;
        } finally {
            lock.unlock();
        }
    }

    /** What {@link #forget} did. */
    public enum Forgotten {
        DONE,
        UNKNOWN,
        STILL_CONNECTED
    }

    /** Strikes a proxy off the list, unless it is connected. */
    public Forgotten forget(String id) {
        lock.lock();
        try {
            ProxyEntry entry = entries.get(id);
            if (entry == null) {
                return Forgotten.UNKNOWN;
            }
            if (entry.connected()) {
                return Forgotten.STILL_CONNECTED;
            }
            entries.remove(id);
            news.signalAll();
        } finally {
            lock.unlock();
        }
        archive.forget(id);
        // It may have served on long after its stream was lost, and have died in the middle of something then.
        lost.accept(id);
        return Forgotten.DONE;
    }

    /** How many proxies have a stream. */
    public long connected() {
        return proxies().stream().filter(view -> view.proxy().getConnected()).count();
    }

    /** Versions acknowledged since the start. */
    public long acks() {
        return acks.sum();
    }

    /** Versions refused since the start. */
    public long nacks() {
        return nacks.sum();
    }
}
