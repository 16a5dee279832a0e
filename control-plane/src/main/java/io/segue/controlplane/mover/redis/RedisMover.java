package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Finding;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverFactory.MoverListener;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.mover.MoverFactory.Probe;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.mover.MoverStatus.Phase;
import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A movement between two Redis servers or clusters. A thread of its own prepares it (looks at both sides, ends an earlier mover's connections,
 * notes what stands on the follower), then starts the {@link Engine} and watches it.
 */
final class RedisMover implements DataMover, MoverContext.Events {
    /** For connecting, and for each answer of a server. */
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(RedisMover.class);
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final Duration FUNCTIONS_EVERY = Duration.ofSeconds(5);

    private final MoverSpec spec;
    private final MoverListener listener;
    private final Thread thread;
    private final Throttle throttle;
    private final Counters counters;
    private final ErrorKeys errors = new ErrorKeys();
    private final Waiters waiters = new Waiters();
    private final Rates rates;
    private final Rechecks rechecks = new Rechecks();
    private volatile Phase phase = Phase.NEW;
    private volatile String reason = "";
    private volatile boolean closed;
    private volatile boolean paused;
    private volatile boolean dualWrites;
    private volatile boolean layoutChanged;
    private volatile KeyFilter filter = KeyFilter.ALL;
    private volatile @Nullable Engine engine;
    private volatile @Nullable MoverContext context;
    private volatile @Nullable Checkpoint checkpoint;
    private volatile @Nullable Functions functions;
    private volatile long keysTotal;
    /** Since when changes are not named or not carried over; 0 if they are. */
    private volatile long blindSince;

    private volatile @Nullable VerifyEngine verification;
    /** What changes since the last drain. */
    private volatile @Nullable Watch watch;

    private long functionsAt = System.nanoTime();
    private volatile boolean functionsDue;
    /** Whether lanes of this process have been at work. */
    private boolean begun;

    private @Nullable Boolean psync;
    private long prunedAt = System.nanoTime();
    private boolean told;

    RedisMover(MoverSpec spec, MoverListener listener) {
        this.spec = spec;
        this.listener = listener;
        this.throttle = new Throttle(spec.ceilings(), System::nanoTime);
        this.counters = new Counters(throttle);
        this.rates = new Rates(counters);
        this.thread = new Thread(this::run, "mover-" + spec.migration());
        thread.setDaemon(true);
    }

    @Override
    public void start() {
        phase = Phase.STARTING;
        thread.start();
    }

    private void run() {
        Backoff backoff = new Backoff();
        LatencyProbe probe = null;
        while (!closed && phase != Phase.DONE) {
            try {
                prepare();
                if (probe == null && spec.movement() != Movement.CHANGES_ONLY) {
                    probe = new LatencyProbe(requireContext(), () -> phase == Phase.COPYING);
                    probe.start();
                }
                backoff.reset();
                layoutChanged = false;
                watch();
            } catch (SupersededException e) {
                failed(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                trouble(String.valueOf(e.getMessage()));
                LOG.info("migration {}: {}", spec.migration(), e.toString());
            } catch (RuntimeException e) {
                LOG.error("migration {}: the mover has failed", spec.migration(), e);
                failed("an internal error: " + e);
            }
            stopEngine();
            if (phase == Phase.DONE) {
                break;
            }
            if (!closed) {
                backoff.pause();
            }
        }
        if (probe != null) {
            probe.close();
        }
        save();
        waiters.fail("the mover has ended");
    }

    private MoverContext requireContext() {
        MoverContext now = context;
        if (now == null) {
            throw new IllegalStateException("not prepared");
        }
        return now;
    }

    /** Everything that must be done before the first key is copied, in this order. */
    private void prepare() throws IOException, SupersededException {
        RedisSide authority = RedisSide.look(spec.authority().getWriteConn(), TIMEOUT);
        RedisSide follower = RedisSide.look(spec.follower().getWriteConn(), TIMEOUT);
        Databases databases = new Databases(authority, follower);
        Checkpoint state = checkpoint;
        if (state == null) {
            state = Checkpoint.open(spec.folder(), counters, errors);
            checkpoint = state;
        }
        Fence fence = new Fence(spec.uuid() + "." + MoverContext.pair(spec), spec.epoch(), spec.epochs());
        for (int node = 0; node < follower.nodes().size(); node++) {
            // An earlier mover must be gone before anybody looks at what stands there.
            fence.open(follower, node, "prepare").close();
        }
        StandingKeys standing = spec.movement() == Movement.CHANGES_ONLY
                ? StandingKeys.none()
                : StandingKeys.collect(spec.folder(), follower, databases, fence.name("look"), () -> closed);
        if (!begun && !state.resumed()) {
            state.standingFunctions(Functions.standing(follower, fence.name("look")));
        }
        MoverContext made = new MoverContext(
                spec, fence, this, authority, follower, databases, standing, errors, throttle, counters, state);
        context = made;
        // Only now: who sets them meanwhile either finds the context, or is found here.
        made.filter(filter);
        made.watch(watch);
        made.paused(paused);
        functions = new Functions(made);
        keysTotal = Sizes.keys(authority, databases);
        if (state.resumed()) {
            Leftovers.remove(follower, databases, fence, made.token(), () -> closed);
        }
        boolean replica = usesPsync();
        if (!begun && filter == KeyFilter.NONE) {
            // There is nothing to compare, and whatever is taken over later is equal then.
            state.touch();
        } else if (!begun && state.resumed() && (!replica || dualWrites || state.owing())) {
            // What changed while nobody listened is not known, nor which effects were late, nor what was owed for other
            // reasons.
            rechecks.want("the mover was started again");
        } else if (!begun) {
            state.touch();
        }
        save();
        Engine fresh = new Engine(made, this, state, replica, dualWrites);
        engine = fresh;
        fresh.dualWrites(dualWrites);
        begun = true;
        fresh.start();
    }

    /** One movement keeps to one feed: what another one has on record is of no use to it. */
    private boolean usesPsync() throws IOException {
        Boolean chosen = psync;
        if (chosen == null) {
            chosen = choosesPsync();
            psync = chosen;
        }
        return chosen;
    }

    private boolean choosesPsync() throws IOException {
        if (spec.movement() == Movement.SNAPSHOT || spec.feed() == FeedChoice.PSYNC) {
            return true;
        }
        if (spec.feed() == FeedChoice.TRACKING) {
            return false;
        }
        Probe probe = new MoverProbe(spec).look();
        if (probe.feed().isEmpty()) {
            throw new IOException(probe.findings().stream()
                    .map(Finding::message)
                    .findFirst()
                    .orElse("the authority offers no change feed"));
        }
        return probe.feed().equals("psync");
    }

    private void watch() {
        Engine now = engine;
        MoverContext with = requireContext();
        if (now == null) {
            return;
        }
        boolean feedTold = false;
        while (!closed && !layoutChanged && phase != Phase.DONE) {
            now.tick();
            if (!feedTold && now.feedsUp()) {
                feedTold = true;
                listener.happened("feed", now.feedName());
                advance(Phase.COPYING);
            }
            if (now.feedsUp() && now.connected()) {
                blindSince = 0;
                work(now, with);
            } else if (blindSince == 0) {
                blindSince = System.nanoTime();
            }
            rates.sample();
            save();
            LockSupport.parkNanos(this, TICK_NS);
        }
        if (layoutChanged) {
            rechecks.want("the layout of the authority's cluster has changed");
        }
    }

    private void work(Engine now, MoverContext with) {
        // In this order: what the first copy gives back is owed before it counts as done.
        boolean copied = now.copied();
        if (copied) {
            syncFunctions();
            rechecks.step(with, now, dualWrites ? spec.settleMs() : 0);
        }
        long asOf = System.nanoTime();
        Debt debt = now.debt();
        boolean clear = copied && rechecks.none();
        if (clear && spec.movement() != Movement.SNAPSHOT) {
            advance(Phase.FOLLOWING);
        } else if (clear && now.owed() == debt.failing() && errors.count() == 0) {
            advance(Phase.DONE);
        }
        carriedOver(now, asOf, debt, clear);
        if (!told && status().caughtUp()) {
            told = true;
            Checkpoint state = checkpoint;
            if (state != null) {
                state.caughtUp(true);
            }
            save();
            listener.caughtUp();
        }
    }

    /** The feed need not name again what is carried over; what it will not name again, and is not, must be on record before. */
    private void carriedOver(Engine now, long asOf, Debt debt, boolean clear) {
        Checkpoint state = checkpoint;
        if (state != null) {
            if (!clear || debt.failing() > 0) {
                state.owes();
            } else {
                state.clear(asOf, debt);
            }
        }
        save();
        now.carriedOver(debt.oldest(), clear);
        if (errors.count() > 0 && asOf - prunedAt > TICK_NS * 10) {
            prunedAt = asOf;
            errors.keep(now::owes);
        }
        waiters.complete(asOf, debt, clear && notAccepted(debt) == 0);
    }

    /** Keys that could not be copied, and that nobody has accepted to be missing. */
    private long notAccepted(Debt debt) {
        // One key may be owed twice, for one database and for any: only where the list is full is what is owed the
        // better count.
        long beyond = errors.full() ? debt.failing() - errors.acceptedCount() : 0;
        return Math.max(errors.count(), beyond);
    }

    private void advance(Phase next) {
        Phase now = phase;
        if (now == Phase.FAILED
                || now == Phase.CLOSED
                || now == next
                || (now == Phase.FOLLOWING && next == Phase.COPYING)) {
            return;
        }
        phase = next;
        reason = "";
    }

    private void syncFunctions() {
        Functions carried = functions;
        boolean due = System.nanoTime() - functionsAt >= 0 || functionsDue;
        if (carried == null || !due || paused || !filter.keyless()) {
            return;
        }
        functionsDue = false;
        try {
            carried.sync();
            functionsAt = System.nanoTime() + FUNCTIONS_EVERY.toNanos();
        } catch (IOException e) {
            functionsAt = System.nanoTime() + TIMEOUT.toNanos() / 10;
            trouble("functions: " + e.getMessage());
        } catch (SupersededException e) {
            failed(String.valueOf(e.getMessage()));
        }
    }

    private void save() {
        Checkpoint state = checkpoint;
        if (state != null) {
            state.save(counters, errors);
        }
    }

    private void stopEngine() {
        rechecks.interrupt();
        Watch noting = watch;
        if (noting != null) {
            noting.lose("the mover has lost its connections");
        }
        VerifyEngine compares = verification;
        if (compares != null) {
            // It asks this engine what is owed.
            compares.cancel();
        }
        Engine now = engine;
        engine = null;
        if (now != null) {
            now.close();
        }
    }

    // ---- what lanes and feeds tell

    @Override
    public void trouble(String text) {
        if (!reason.equals(text)) {
            reason = text;
            listener.happened("trouble", text);
        }
    }

    @Override
    public void connected() {
        reason = "";
    }

    @Override
    public synchronized void failed(String text) {
        if (phase != Phase.CLOSED && phase != Phase.FAILED) {
            phase = Phase.FAILED;
            reason = text;
            closed = true;
            listener.failed(text);
        }
    }

    @Override
    public void recheck(String text) {
        if (filter == KeyFilter.NONE) {
            return;
        }
        boolean news = rechecks.want(text);
        Checkpoint state = checkpoint;
        if (state != null) {
            // At once: a feed may put on record that it has told of this.
            state.owes();
            save();
        }
        if (news) {
            counters.rechecks.increment();
            listener.happened("recheck", text);
        }
    }

    @Override
    public void followerLost(String text) {
        Functions carried = functions;
        if (carried != null) {
            carried.forget();
        }
        functionsDue = true;
        if (spec.movement() != Movement.SNAPSHOT) {
            recheck(text);
        } else if (requireContext().authoritySide().nodes().size() > 1) {
            // A shard whose snapshot is done cannot be copied again as it was.
            failed(text + " during a snapshot: begin again");
        }
    }

    @Override
    public void functionsChanged() {
        functionsDue = true;
    }

    @Override
    public void layoutChanged() {
        layoutChanged = true;
    }

    // ---- what the service asks for

    @Override
    public void pause() {
        paused = true;
        MoverContext now = context;
        if (now != null) {
            now.paused(true);
        }
    }

    @Override
    public void resume() {
        paused = false;
        MoverContext now = context;
        if (now != null) {
            now.paused(false);
        }
        Engine running = engine;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public void ceilings(Ceilings ceilings) {
        throttle.ceilings(ceilings);
    }

    @Override
    public void dualWrites(boolean on) {
        dualWrites = on;
        Engine now = engine;
        if (now != null) {
            now.dualWrites(on);
        }
    }

    @Override
    public boolean restrict(KeyFilter next, Duration limit) {
        filter = next;
        MoverContext with = context;
        Engine now = engine;
        if (with == null) {
            // Nothing was ever written.
            return true;
        }
        with.filter(next);
        if (now == null) {
            // What was written before may be on its way; it is fenced before anything else is written.
            return false;
        }
        try {
            boolean rested = now.rest(limit.toNanos());
            errors.retain(next);
            return rested;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public boolean drain(KeyFilter keys, Duration limit) {
        MoverContext with = context;
        Engine now = engine;
        if (with == null || now == null || paused) {
            return false;
        }
        long end = System.nanoTime() + limit.toNanos();
        with.draining(true);
        now.expedite(keys);
        try {
            while (!rechecks.none() && end - System.nanoTime() > 0 && !closed) {
                LockSupport.parkNanos(this, TICK_NS);
            }
            long reasons = rechecks.reasons();
            if (!rechecks.none()) {
                return false;
            }
            if (!now.copied() || !now.barrier(end - System.nanoTime())) {
                return false;
            }
            Watch noting = new Watch(keys);
            watch = noting;
            with.watch(noting);
            Functions carried = functions;
            if (carried != null && filter.keyless()) {
                carried.sync();
            }
            return now.awaitNothingOwed(keys, end - System.nanoTime())
                    && now.rest(end - System.nanoTime())
                    && rechecks.none()
                    && rechecks.reasons() == reasons
                    && now.feedsUp();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException | SupersededException e) {
            trouble(String.valueOf(e.getMessage()));
            return false;
        } finally {
            now.expedite(null);
            with.draining(false);
        }
    }

    @Override
    public Optional<String> bypass(Duration limit) {
        Watch noting = watch;
        Engine now = engine;
        MoverContext with = context;
        if (noting == null || now == null || with == null) {
            return Optional.of("the mover is not connected");
        }
        try {
            if (!now.barrier(limit.toNanos())) {
                return Optional.of("the change feed did not answer within " + limit.toMillis() + " ms");
            }
            String lost = noting.lost();
            return lost != null
                    ? Optional.of(lost)
                    : Bypass.find(with, noting.named()).map(key -> "key " + key + " was changed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void takeOver(KeyFilter next, String why) {
        filter = next;
        MoverContext with = context;
        if (with != null) {
            with.filter(next);
        }
        // After the filter: what is named from here on is owed by itself.
        Watch noting = watch;
        Engine now = engine;
        if (noting == null || now == null || with == null || noting.lost() != null) {
            recheck(why);
        } else {
            noting.named().forEach(name -> now.owedOf(name.key()).changed(name.db(), name.key()));
        }
        watch = null;
        if (with != null) {
            with.watch(null);
        }
    }

    @Override
    public CompletableFuture<Void> passed() {
        return waiters.add(this::barrier);
    }

    private boolean barrier() throws InterruptedException {
        Engine now = engine;
        return now != null && now.barrier(TIMEOUT.toNanos()) && now.rest(TIMEOUT.toNanos());
    }

    @Override
    public MoverStatus status() {
        Engine now = engine;
        long oldest = 0;
        Debt debt = now == null ? Debt.NONE : now.debt();
        Long at = debt.overdue();
        if (at != null) {
            oldest = Math.max(0, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - at));
        }
        long blindAt = blindSince;
        long blind = blindAt == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - blindAt) + 1;
        long lag = Math.max(oldest, Math.max(blind, rechecks.ageMs()));
        return new MoverStatus(
                phase,
                paused,
                now == null ? "" : now.feedName(),
                reason.isEmpty() ? rechecks.reason() : reason,
                Math.max(keysTotal, counters.keysCopied.sum()),
                counters.keysCopied.sum(),
                counters.keysFollowed.sum(),
                counters.bytes.sum(),
                rates.keysPerSecond(),
                rates.bytesPerSecond(),
                rates.etaSeconds(phase == Phase.COPYING || phase == Phase.STARTING, keysTotal),
                now == null ? 0 : now.owed(),
                now == null ? 0 : now.settling(),
                lag,
                notAccepted(debt),
                errors.conflicts(),
                counters.rechecks.sum(),
                TimeUnit.NANOSECONDS.toMillis(throttle.waitedNs()));
    }

    @Override
    public List<ErrorKey> errorKeys(int most) {
        return errors.list(most);
    }

    @Override
    public void acceptErrorKeys() {
        errors.accept();
        Checkpoint state = checkpoint;
        if (state != null) {
            state.touch();
        }
    }

    @Override
    public Verification verify(VerifySpec wanted) {
        MoverContext with = context;
        Engine now = engine;
        if (with == null || now == null || !now.copied()) {
            throw new IllegalStateException(
                    "the first copy is not done: nothing can be said of what is not copied yet");
        }
        VerifyEngine running = verification;
        if (running != null && running.result().state() == Verification.State.RUNNING) {
            throw new IllegalStateException("a verification is under way: wait for its end, or cancel it");
        }
        try {
            VerifyEngine begun = VerifyEngine.verify(
                    new MoverView(with, now, () -> !rechecks.none()), wanted, VerifySettings.DEFAULT);
            verification = begun;
            return begun;
        } catch (IOException e) {
            throw new IllegalStateException("the report cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        VerifyEngine comparing = verification;
        if (comparing != null) {
            comparing.cancel();
        }
        // No interrupt: it would close the file of a checkpoint that is being written.
        LockSupport.unpark(thread);
        Engine now = engine;
        if (now != null) {
            now.close();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (phase != Phase.FAILED) {
            phase = Phase.CLOSED;
        }
    }

    @Override
    public void forget() {
        try (Stream<Path> files = Files.exists(spec.folder()) ? Files.walk(spec.folder()) : Stream.<Path>empty()) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warn("migration {}: {} cannot be removed: {}", spec.migration(), spec.folder(), e.toString());
        }
    }
}
