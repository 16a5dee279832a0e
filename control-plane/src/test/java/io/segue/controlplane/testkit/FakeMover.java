package io.segue.controlplane.testkit;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverFactory.MoverListener;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.mover.MoverStatus.Phase;
import io.segue.controlplane.mover.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A mover that moves nothing: a test says what becomes of it, and sees what was asked of it, in order. */
public final class FakeMover implements DataMover {
    private final MoverSpec spec;
    private final MoverListener listener;
    private final Consumer<FakeMover> script;
    private final Runnable atTakeOver;
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Void>> passing = new CopyOnWriteArrayList<>();
    private volatile Phase phase = Phase.NEW;
    private volatile boolean paused;
    private volatile boolean drains = true;
    private volatile boolean restricts = true;
    private volatile boolean passes = true;
    private volatile long lagMs;
    private volatile List<ErrorKey> errors = List.of();
    private volatile long conflicts;
    private volatile Ceilings ceilings;
    private volatile KeyFilter filter = KeyFilter.ALL;
    private volatile FakeVerification verification;
    private volatile Runnable atDrain = () -> {};
    private volatile @Nullable String bypass;

    FakeMover(MoverSpec spec, MoverListener listener, Consumer<FakeMover> script, Runnable atTakeOver) {
        this.spec = spec;
        this.listener = listener;
        this.script = script;
        this.atTakeOver = atTakeOver;
        this.ceilings = spec.ceilings();
    }

    public MoverSpec spec() {
        return spec;
    }

    /** What was asked of it: {@code "start"}, {@code "dualWrites true"} … */
    public List<String> calls() {
        return calls;
    }

    public boolean started() {
        return calls.contains("start");
    }

    public boolean closed() {
        return phase == Phase.CLOSED;
    }

    public Ceilings ceilings() {
        return ceilings;
    }

    public KeyFilter filter() {
        return filter;
    }

    public boolean paused() {
        return paused;
    }

    /** The first copy is done. */
    public void catchUp() {
        phase = spec.movement() == io.segue.controlplane.mover.MoverFactory.Movement.SNAPSHOT
                ? Phase.DONE
                : Phase.FOLLOWING;
        listener.caughtUp();
    }

    public void fail(String reason) {
        phase = Phase.FAILED;
        listener.failed(reason);
    }

    public void tell(String event, String detail) {
        listener.happened(event, detail);
    }

    /** From now on the data gate stays closed. */
    public FakeMover neverDrains() {
        drains = false;
        return this;
    }

    public FakeMover drainsAgain() {
        drains = true;
        return this;
    }

    /** From now on somebody writes past the proxies; null: nobody. */
    public FakeMover bypassed(@Nullable String what) {
        bypass = what;
        return this;
    }

    /** What happens while the gate is waited for. */
    public FakeMover atDrain(Runnable work) {
        atDrain = work;
        return this;
    }

    public FakeMover neverRestricts() {
        restricts = false;
        return this;
    }

    /** From now on {@link #passed} waits until {@link #pass} is called. */
    public FakeMover waiting() {
        passes = false;
        return this;
    }

    /** What was changed before has been carried over. */
    public void pass() {
        passes = true;
        passing.forEach(one -> one.complete(null));
    }

    public FakeMover lagging(long ms) {
        lagMs = ms;
        return this;
    }

    public FakeMover errors(List<ErrorKey> keys) {
        errors = keys;
        return this;
    }

    public FakeMover conflicts(long count) {
        conflicts = count;
        return this;
    }

    public FakeVerification verification() {
        return verification;
    }

    @Override
    public void start() {
        calls.add("start");
        phase = Phase.COPYING;
        script.accept(this);
    }

    @Override
    public void pause() {
        calls.add("pause");
        paused = true;
    }

    @Override
    public void resume() {
        calls.add("resume");
        paused = false;
    }

    @Override
    public void ceilings(Ceilings next) {
        calls.add("ceilings");
        ceilings = next;
    }

    @Override
    public void dualWrites(boolean on) {
        calls.add("dualWrites " + on);
    }

    @Override
    public boolean restrict(KeyFilter next, Duration limit) {
        calls.add("restrict");
        filter = next;
        return restricts;
    }

    @Override
    public boolean drain(KeyFilter keys, Duration limit) {
        calls.add("drain");
        atDrain.run();
        return drains;
    }

    @Override
    public Optional<String> bypass(Duration limit) {
        calls.add("bypass");
        return Optional.ofNullable(bypass);
    }

    @Override
    public void takeOver(KeyFilter next, String reason) {
        atTakeOver.run();
        calls.add("takeOver " + reason);
        filter = next;
    }

    @Override
    public CompletableFuture<Void> passed() {
        calls.add("passed");
        CompletableFuture<Void> asked = new CompletableFuture<>();
        passing.add(asked);
        if (passes) {
            asked.complete(null);
        }
        return asked;
    }

    @Override
    public void recheck(String reason) {
        calls.add("recheck " + reason);
    }

    @Override
    public MoverStatus status() {
        return new MoverStatus(
                phase,
                paused,
                "tracking",
                "",
                1000,
                phase == Phase.COPYING ? 400 : 1000,
                7,
                123_456,
                50.5,
                6000,
                12,
                3,
                2,
                lagMs,
                errors.size(),
                conflicts,
                1,
                250);
    }

    @Override
    public List<ErrorKey> errorKeys(int most) {
        return errors.stream().limit(most).toList();
    }

    @Override
    public void acceptErrorKeys() {
        calls.add("accept");
        errors = List.of();
    }

    @Override
    public Verification verify(VerifySpec asked) {
        calls.add("verify " + asked.sample() + " " + asked.repair());
        verification = new FakeVerification(asked);
        return verification;
    }

    @Override
    public void close() {
        calls.add("close");
        phase = Phase.CLOSED;
        List.copyOf(passing).forEach(one -> one.completeExceptionally(new IllegalStateException("closed")));
    }

    @Override
    public void forget() {
        calls.add("forget");
    }

    /** A comparison whose outcome a test decides. */
    public static final class FakeVerification implements Verification {
        private final VerifySpec spec;
        private volatile Result result =
                new Result(State.RUNNING, "", 1_700_000_000_000L, 0, 10, 1000, Map.of(), 0, 0, 0);

        FakeVerification(VerifySpec spec) {
            this.spec = spec;
        }

        /** It has ended, and has written these lines. */
        public void end(Map<Kind, Long> different, String... lines) {
            List<String> report = new ArrayList<>(List.of(lines));
            try {
                Files.write(spec.report(), report);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            result = new Result(State.DONE, "", 1_700_000_000_000L, 1_700_000_001_000L, 1000, 1000, different, 0, 3, 0);
        }

        @Override
        public Result result() {
            return result;
        }

        @Override
        public void cancel() {
            result = new Result(
                    State.CANCELLED, "", 1_700_000_000_000L, 1_700_000_001_000L, 10, 1000, Map.of(), 0, 0, 0);
        }
    }
}
