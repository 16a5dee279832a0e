package io.segue.controlplane.mover;

import io.segue.controlplane.mover.MoverFactory.MoverListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Stands for a mover that could not be made: it says why as soon as it is started, and moves nothing. */
public final class UnmadeMover implements DataMover {
    private final String reason;
    private final MoverListener listener;

    public UnmadeMover(String reason, MoverListener listener) {
        this.reason = reason;
        this.listener = listener;
    }

    @Override
    public void start() {
        listener.failed(reason);
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void ceilings(Ceilings ceilings) {}

    @Override
    public void dualWrites(boolean on) {}

    /** Nothing of it is ever under way. */
    @Override
    public boolean restrict(KeyFilter filter, Duration limit) {
        return true;
    }

    @Override
    public boolean drain(KeyFilter keys, Duration limit) {
        return false;
    }

    @Override
    public Optional<String> bypass(Duration limit) {
        return Optional.of(reason);
    }

    @Override
    public void takeOver(KeyFilter filter, String why) {}

    @Override
    public CompletableFuture<Void> passed() {
        return CompletableFuture.failedFuture(new IllegalStateException(reason));
    }

    @Override
    public void recheck(String why) {}

    @Override
    public MoverStatus status() {
        return new MoverStatus(MoverStatus.Phase.FAILED, false, "", reason, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public List<ErrorKey> errorKeys(int most) {
        return List.of();
    }

    @Override
    public void acceptErrorKeys() {}

    @Override
    public Verification verify(VerifySpec spec) {
        throw new IllegalStateException(reason);
    }

    @Override
    public void close() {}

    @Override
    public void forget() {}
}
