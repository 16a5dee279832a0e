package io.segue.proxy.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.segue.core.operation.Labels;
import io.segue.core.planchange.ConfigMove;
import io.segue.core.planchange.Eviction;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.ConfigTarget;
import io.segue.proxy.config.DualWriteJournal;
import io.segue.proxy.config.HoldNews;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.LedgerNews;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.Dispatcher;
import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.Route;
import io.segue.proxy.engine.Settings;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.session.ClientHandler;
import io.segue.proxy.session.Holds;
import io.segue.proxy.session.Interlay;
import io.segue.proxy.session.SessionSettings;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.Gauge;
import io.segue.proxy.telemetry.InterlayStats;
import io.segue.proxy.upstream.Lanes;
import io.segue.proxy.upstream.Loop;
import io.segue.proxy.upstream.UpstreamTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data plane: event loops, listeners, and the interlays they serve. Thread-safe. */
public final class ProxyServer implements DataPlane {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    private static final long FINISH_MS = 5_000;
    private static final long LOOK_MS = 250;
    /** How long a proxy that stops waits for its two sides to be equal. */
    private static final long SETTLE_MS = 2_000;

    private final Transport transport = Transport.best();
    private final EventLoopGroup group;
    private final ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
    private final List<LoopKit> kits = new ArrayList<>();
    private final Map<EventExecutor, LoopKit> kitByLoop = new HashMap<>();
    private final Map<String, Protocol> protocols;
    private final Labels labels;
    private final DualWriteJournal journal;
    private final SessionSettings sessionSettings;
    private final Settings settings;
    private final AtomicLong connectionIds = new AtomicLong();
    private final Map<ServerAddress, AtomicInteger> openLanes = new ConcurrentHashMap<>();
    private final Map<ServerAddress, String> runIds = new ConcurrentHashMap<>();
    private final Lanes.Caller caller;
    private final Fences fences;
    private volatile Map<String, Served> served = Map.of();
    private volatile boolean applied;
    private volatile boolean finished;
    private volatile long runs;
    private volatile long heldUs;

    /** As the other one, for a proxy that nobody ever evicts. */
    public ProxyServer(
            Labels labels,
            int threads,
            List<Protocol> known,
            SessionSettings sessionSettings,
            Settings settings,
            DualWriteJournal journal) {
        this("proxy", labels, threads, known, sessionSettings, settings, journal);
    }

    /**
     * @param nodeId unique among the proxies of the databases
     * @param labels where the operations of this proxy come from
     * @param threads number of event loops, at least 1
     * @param known the protocols that can be served
     * @param journal outlives the process
     */
    public ProxyServer(
            String nodeId,
            Labels labels,
            int threads,
            List<Protocol> known,
            SessionSettings sessionSettings,
            Settings settings,
            DualWriteJournal journal) {
        String incarnation = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
        this.caller = new Lanes.Caller(nodeId, Eviction.connectionName(nodeId, incarnation), () -> runs);
        this.fences = new Fences(this, nodeId, caller.connectionName());
        this.journal = journal;
        this.labels = labels;
        this.sessionSettings = sessionSettings;
        this.settings = settings;
        this.protocols = new HashMap<>();
        known.forEach(protocol -> protocols.put(protocol.id(), protocol));
        this.group = transport.group(threads);
        UpstreamTls tls = new UpstreamTls();
        for (EventExecutor executor : group) {
            LoopKit kit = new LoopKit(new Loop(kits.size(), (EventLoop) executor, alloc));
            known.forEach(protocol -> kit.put(protocol.id(), parts(kit, protocol, tls)));
            kits.add(kit);
            kitByLoop.put(executor, kit);
            executor.scheduleAtFixedRate(() -> kit.lookForTrouble(servers()), LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        }
    }

    private LoopKit.Parts parts(LoopKit kit, Protocol protocol, UpstreamTls tls) {
        Lanes lanes = new Lanes(
                kit.loop(),
                protocol,
                sessionSettings.frames(),
                transport.client(),
                tls,
                caller,
                new LaneCounter(protocol, kit.loop().index()));
        return new LoopKit.Parts(lanes, new Dispatcher(kit.loop(), protocol, settings));
    }

    @Override
    public ConfigTarget target() {
        return new ConfigTarget() {
            @Override
            public CompletionStage<Void> apply(ProxySnapshot snapshot) {
                heldUs = 0;
                return ProxyServer.this.apply(snapshot, Change.Kind.USUAL).thenRun(() -> runs = snapshot.version());
            }

            @Override
            public CompletionStage<Void> resume(ProxySnapshot snapshot) {
                return new Change(ProxyServer.this, snapshot, Change.Kind.RESUMED)
                        .run()
                        .thenRun(() -> runs = snapshot.version());
            }

            @Override
            public CompletionStage<Void> readmit(ProxySnapshot snapshot) {
                heldUs = 0;
                fences.forgetLost();
                return ProxyServer.this
                        .apply(snapshot, Change.Kind.READMITTED)
                        .thenRun(() -> runs = snapshot.version());
            }

            @Override
            public long heldUs() {
                return heldUs;
            }
        };
    }

    /** Work that was held is so no longer. */
    void released(long us) {
        heldUs = Math.max(heldUs, us);
    }

    private CompletionStage<Void> apply(ProxySnapshot snapshot, Change.Kind kind) {
        if (!missedSomething(snapshot)) {
            return new Change(this, snapshot, kind).run();
        }
        // A change is being prepared from a state that this proxy does not run yet: first there, then the hold.
        List<InterlaySpec> undecided =
                snapshot.interlays().stream().map(InterlaySpec::undecided).toList();
        return new Change(this, new ProxySnapshot(snapshot.version(), undecided, snapshot.apis()), kind)
                .run()
                .thenCompose(done -> new Change(this, snapshot, kind).run());
    }

    private boolean missedSomething(ProxySnapshot snapshot) {
        for (InterlaySpec spec : snapshot.interlays()) {
            Served now = served.get(spec.id());
            if (now != null && now.move(spec) == ConfigMove.SWITCH_AND_HOLD) {
                return true;
            }
        }
        return false;
    }

    @Override
    public HoldNews holds() {
        long count = 0;
        long longestUs = 0;
        long parked = 0;
        for (Served one : served.values()) {
            Holds holds = one.interlay().holds();
            count += holds.count();
            longestUs = Math.max(longestUs, holds.longestUs());
            parked += holds.parked();
        }
        return new HoldNews(count, longestUs, parked);
    }

    @Override
    public boolean finished() {
        return finished;
    }

    Fences fences() {
        return fences;
    }

    @Override
    public Collection<InterlayStats> stats() {
        return served.values().stream().map(one -> one.interlay().stats()).toList();
    }

    @Override
    public List<LedgerNews> ledgers() {
        List<LedgerNews> news = new ArrayList<>();
        for (Served one : served.values()) {
            MigrationState migration = one.migration();
            if (migration != null) {
                news.add(migration.news());
            }
        }
        return news;
    }

    @Override
    public boolean ready() {
        return notReadyReason().isEmpty();
    }

    @Override
    public String notReadyReason() {
        if (!applied) {
            return "no configuration yet";
        }
        for (Served one : served.values()) {
            if (!one.listener().open()) {
                return "the listener of interlay " + one.interlay().id() + " is closed";
            }
        }
        return "";
    }

    @Override
    public @Nullable InetSocketAddress address(String interlay) {
        Served one = served.get(interlay);
        return one == null ? null : one.listener().socketAddress();
    }

    /** Where an interlay listens, with the real port; null if it is not served. */
    public @Nullable String listeningOn(String interlay) {
        Served one = served.get(interlay);
        return one == null ? null : one.listener().address();
    }

    @Override
    public CompletionStage<Void> close() {
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (Served one : served.values()) {
            closing.add(one.listener().close().toCompletableFuture());
            closing.add(onEveryLoop(kit -> kit.sessionsNow(one.interlay()).forEach(ClientHandler::finish))
                    .toCompletableFuture());
        }
        CompletableFuture<Void> gone = new CompletableFuture<>();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FINISH_MS);
        CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> waitForSessions(deadlineNs, gone));
        return gone;
    }

    private void waitForSessions(long deadlineNs, CompletableFuture<Void> gone) {
        long open = 0;
        for (Served one : served.values()) {
            open += connections(one.interlay().stats());
        }
        Set<String> unequal = unequal();
        long settleDeadlineNs = deadlineNs - TimeUnit.MILLISECONDS.toNanos(FINISH_MS - SETTLE_MS);
        if ((open > 0 && System.nanoTime() < deadlineNs)
                || (!unequal.isEmpty() && System.nanoTime() < settleDeadlineNs)) {
            firstLoop().schedule(() -> waitForSessions(deadlineNs, gone), 5, TimeUnit.MILLISECONDS);
            return;
        }
        if (open == 0) {
            remember(unequal);
        }
        finished = open == 0 && unequal.isEmpty() && fences.none();
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).addListener(future -> gone.complete(null));
    }

    /** The migrations whose two sides are not known to be equal. */
    private Set<String> unequal() {
        Set<String> uuids = new HashSet<>();
        for (Served one : served.values()) {
            MigrationState migration = one.migration();
            Route route = one.interlay().route();
            if (migration != null && route.dualWrites() && (one.interlay().underWay() > 0 || !migration.settled())) {
                uuids.add(one.migrationUuid());
            }
        }
        return uuids;
    }

    private void remember(Set<String> unequal) {
        try {
            journal.running(unequal);
        } catch (IOException e) {
            LOG.warn("the journal of dual writes cannot be written: {}", e.toString());
        }
    }

    DualWriteJournal journal() {
        return journal;
    }

    private static long connections(InterlayStats stats) {
        return stats.value(Counter.CLIENT_CONNECTIONS_OPENED) - stats.value(Counter.CLIENT_CONNECTIONS_CLOSED);
    }

    /** Something done on each loop. */
    interface OnLoop {
        void run(LoopKit kit);
    }

    /** Runs {@code task} on each loop; completes when all have. */
    CompletionStage<Void> onEveryLoop(OnLoop task) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (LoopKit kit : kits) {
            all.add(CompletableFuture.runAsync(() -> task.run(kit), kit.loop().executor()));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    EventLoop firstLoop() {
        return kits.get(0).loop().executor();
    }

    LoopKit firstKit() {
        return kits.get(0);
    }

    int loops() {
        return kits.size();
    }

    Labels labels() {
        return labels;
    }

    Settings settings() {
        return settings;
    }

    @Nullable
    Protocol protocol(String kind) {
        return protocols.get(kind);
    }

    Collection<String> kinds() {
        return protocols.keySet();
    }

    Map<String, Served> served() {
        return served;
    }

    /** What is served from now on. */
    void served(Map<String, Served> now) {
        served = Map.copyOf(now);
        applied = true;
    }

    CompletionStage<Listener> listen(InterlaySpec spec, Interlay interlay) {
        return Listener.open(spec, interlay, transport, group, alloc, this::kitOf, connectionIds, sessionSettings);
    }

    private LoopKit kitOf(Channel channel) {
        LoopKit kit = kitByLoop.get(channel.eventLoop());
        if (kit == null) {
            throw new IllegalStateException("a channel on a foreign event loop");
        }
        return kit;
    }

    /** A new interlay, not listening yet. */
    Interlay interlay(String id, Protocol protocol, Route route) {
        InterlayStats stats = new InterlayStats(id, kits.size());
        Interlay interlay = new Interlay(id, protocol, stats, route, sessionSettings);
        stats.gauge(Gauge.PARKED, interlay.holds()::parked);
        stats.gauge(Gauge.PARKED_BYTES, interlay.holds()::parkedBytes);
        stats.gauge(Gauge.LONGEST_HOLD_US, interlay.holds()::longestUs);
        stats.gauge(Gauge.CLIENT_CONNECTIONS, () -> connections(stats));
        stats.gauge(Gauge.IN_FLIGHT, interlay::underWay);
        stats.gauge(Gauge.LEDGER_KEYS, () -> {
            MigrationState migration = interlay.route().migration();
            return migration == null ? 0 : migration.divergent();
        });
        stats.gauge(Gauge.LEDGER_OLDEST_AGE_MS, () -> {
            MigrationState migration = interlay.route().migration();
            long oldest = migration == null ? 0 : migration.oldestMs();
            return oldest == 0 ? 0 : Math.max(0, System.currentTimeMillis() - oldest);
        });
        stats.gauge(Gauge.CIRCUIT_OPEN_OLD, () -> loopsWithout(interlay.route().writes(Side.OLD)));
        stats.gauge(
                Gauge.CIRCUIT_OPEN_NEW,
                () -> interlay.route().plan() == null
                        ? 0
                        : loopsWithout(interlay.route().writes(Side.NEW)));
        stats.gauge(Gauge.LANES_OLD, () -> lanesTo(interlay.route().writes(Side.OLD)));
        stats.gauge(
                Gauge.LANES_NEW,
                () -> interlay.route().plan() == null
                        ? 0
                        : lanesTo(interlay.route().writes(Side.NEW)));
        return interlay;
    }

    private Set<ServerAddress> servers() {
        Set<ServerAddress> all = new HashSet<>();
        served.values().forEach(one -> all.addAll(one.interlay().route().addresses()));
        return all;
    }

    private long loopsWithout(ServerAddress server) {
        return kits.stream().filter(kit -> kit.troubledBy(server)).count();
    }

    private long lanesTo(ServerAddress address) {
        AtomicInteger open = openLanes.get(address);
        return open == null ? 0 : open.get();
    }

    /** A server that is another process than before may have lost data: whoever keeps two sides equal must compare them again. */
    private void noticeRestart(ServerAddress address, ServerFacts facts) {
        String before = facts.runId().isEmpty() ? null : runIds.put(address, facts.runId());
        if (before == null || before.equals(facts.runId())) {
            return;
        }
        LOG.warn("the server at {}:{} was restarted", address.host(), address.port());
        for (Served one : served.values()) {
            MigrationState migration = one.migration();
            if (migration != null
                    && one.interlay().route().dualWrites()
                    && one.interlay().route().addresses().contains(address)) {
                migration.distrustEverything();
            }
        }
    }

    /** Counts shared lanes for every interlay that uses the server. */
    private final class LaneCounter implements Lanes.Listener {
        private final Protocol protocol;
        private final int loop;

        LaneCounter(Protocol protocol, int loop) {
            this.protocol = protocol;
            this.loop = loop;
        }

        @Override
        public void onOutcomeUnknown(ServerAddress address, ServerFacts facts) {
            fences.lost(protocol, address, facts);
        }

        @Override
        public void onLaneOpened(ServerAddress address, ServerFacts facts) {
            noticeRestart(address, facts);
            openLanes.computeIfAbsent(address, a -> new AtomicInteger()).incrementAndGet();
            count(address, Counter::lanesOpened);
        }

        @Override
        public void onLaneClosed(ServerAddress address, boolean lost) {
            openLanes.computeIfAbsent(address, a -> new AtomicInteger()).decrementAndGet();
            if (lost) {
                count(address, Counter::lanesLost);
            }
        }

        private void count(ServerAddress address, Function<Side, Counter> counter) {
            for (Served one : served.values()) {
                Route route = one.interlay().route();
                if (route.plan() != null && route.writes(Side.NEW).equals(address)) {
                    one.interlay().stats().loop(loop).count(counter.apply(Side.NEW));
                } else if (route.writes(Side.OLD).equals(address)) {
                    one.interlay().stats().loop(loop).count(counter.apply(Side.OLD));
                }
            }
        }
    }
}
