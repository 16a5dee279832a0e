package io.segue.controlplane.testkit;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Makes {@link FakeMover}s, and remembers all of them, over restarts of the control plane. */
public final class FakeMovers implements MoverFactory {
    private final List<FakeMover> made = new CopyOnWriteArrayList<>();
    private volatile Probe probe = new Probe("tracking", List.of());
    private volatile Consumer<FakeMover> script = mover -> {};
    private volatile Runnable atTakeOver = () -> {};
    private volatile boolean wayBack;

    /** Servers that offer no change feed: migrations without a copy go on without movers, and there is no way back. */
    public static FakeMovers none() {
        return new FakeMovers().finding(new Probe("", List.of()));
    }

    /**
     * An old server that offers no change feed and a new one that does, as most tests have them: migrations without a copy go on without
     * movers but for the way back, which is ready at once.
     */
    public static FakeMovers wayBackOnly() {
        FakeMovers movers = none().quick();
        movers.wayBack = true;
        return movers;
    }

    /** From now on a probe shows this. */
    public FakeMovers finding(Probe shown) {
        probe = shown;
        return this;
    }

    /** What a probe shows. */
    public Probe probe() {
        return probe;
    }

    /** From now on every mover does this as it is started. */
    public FakeMovers starting(Consumer<FakeMover> first) {
        script = first;
        return this;
    }

    /** What happens when keys are taken over: the decision is stored then, and no proxy has heard of it. */
    public FakeMovers atTakeOver(Runnable work) {
        atTakeOver = work;
        return this;
    }

    /** Movers that catch up at once. */
    public FakeMovers quick() {
        return starting(FakeMover::catchUp);
    }

    @Override
    public DataMover create(MoverSpec spec, MoverListener listener) {
        FakeMover mover = new FakeMover(spec, listener, script, () -> atTakeOver.run());
        made.add(mover);
        return mover;
    }

    @Override
    public Probe probe(MoverSpec spec) {
        // Without a copy, the way back does not mirror.
        if (wayBack && !spec.mirrors()) {
            return new Probe("tracking", List.of());
        }
        return probe;
    }

    public List<FakeMover> made() {
        return made;
    }

    /** The one that was made last with this side, {@code "a"} or {@code "b"}, as its authority; waits for the first. */
    public FakeMover lastOf(String authority) {
        Await.until(
                "a mover that follows " + authority,
                () -> made.stream()
                        .anyMatch(one -> one.spec().authority().getId().equals(authority) && one.started()));
        return made.stream()
                .filter(one -> one.spec().authority().getId().equals(authority))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    /** The one that was made last; waits for the first. */
    public FakeMover last() {
        return last(1);
    }

    /** Waits until so many have been made and started. */
    public FakeMover last(int count) {
        Await.until(
                count + " movers run",
                () -> made.size() >= count && made.get(count - 1).started());
        return made.get(made.size() - 1);
    }
}
