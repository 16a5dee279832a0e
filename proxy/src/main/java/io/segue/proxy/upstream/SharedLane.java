package io.segue.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.protocol.ServerFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lane that all sessions of one event loop share to one server with one profile. When it is lost it is opened again by itself,
 * with jittered exponential back-off; in between {@link #lane} says at once that there is none. Confined to its event loop.
 */
public final class SharedLane implements Lane.Owner {
    private static final long MIN_BACKOFF_MS = 50;
    private static final long MAX_BACKOFF_MS = 2_000;
    /** A connection that lived shorter is no sign that the server can be used: the next one waits longer. */
    private static final long STABLE_NS = TimeUnit.SECONDS.toNanos(1);

    private final Lanes lanes;
    private final ServerAddress address;
    private final LaneProfile profile;
    private final List<Consumer<ServerFacts>> whenKnown = new ArrayList<>();
    private @Nullable Lane lane;
    private @Nullable ServerFacts facts;
    private String lastFailure = "";
    private int failures;
    private long readyNs;
    private boolean waitingToReopen;
    private boolean retired;

    SharedLane(Lanes lanes, ServerAddress address, LaneProfile profile) {
        this.lanes = lanes;
        this.address = address;
        this.profile = profile;
    }

    public ServerAddress address() {
        return address;
    }

    /** The lane to send on, opening it if need be; null while the server cannot be reached. */
    public @Nullable Lane lane() {
        Lane now = lane;
        if (now != null) {
            return now;
        }
        return waitingToReopen || retired ? null : reopen();
    }

    /**
     * As {@link #lane}, but null also while a server that was reached before is being reached again: for work that another server can do, or
     * that may not wait.
     */
    public @Nullable Lane reachable() {
        Lane now = lane();
        return now == null || now.ready() || facts == null ? now : null;
    }

    /** The lane that is open now, if any; never opens one. */
    public @Nullable Lane present() {
        return lane;
    }

    /** The lane if it is logged in and answers in time; never opens one. For work that can be done elsewhere. */
    public @Nullable Lane healthy() {
        Lane now = lane();
        return now != null && now.ready() && !now.suspect() ? now : null;
    }

    /** Why there is no lane. */
    public String lastFailure() {
        return lastFailure;
    }

    /** What the server last said of itself; null if it was never reached. */
    public @Nullable ServerFacts facts() {
        return facts;
    }

    /** Hands over what the server says of itself once it is known; with an empty version if it cannot be reached. */
    public void whenKnown(Consumer<ServerFacts> consumer) {
        ServerFacts known = facts;
        if (known != null) {
            consumer.accept(known);
        } else if (lane() == null) {
            consumer.accept(new ServerFacts("", "", -1, 0));
        } else {
            whenKnown.add(consumer);
        }
    }

    /** Nobody needs it any more: closes it once it has nothing in flight. */
    void retire() {
        retired = true;
        lanes.loop().startTicking(this::closeWhenIdle);
    }

    private boolean closeWhenIdle(long nowNs) {
        Lane now = lane;
        if (now == null || !retired) {
            return false;
        }
        if (now.inFlight() == 0) {
            now.close();
            return false;
        }
        return true;
    }

    void unretire() {
        retired = false;
    }

    private Lane reopen() {
        Lane opened = lanes.open(address, profile, List.of(), false, this);
        lane = opened;
        lanes.connect(opened, address);
        return opened;
    }

    @Override
    public void onReady(Lane ready, ServerFacts learnt) {
        facts = learnt;
        readyNs = System.nanoTime();
        lanes.listener().onLaneOpened(address, learnt);
        tellWhoWaits(learnt);
    }

    private void tellWhoWaits(ServerFacts what) {
        List<Consumer<ServerFacts>> waiting = new ArrayList<>(whenKnown);
        whenKnown.clear();
        waiting.forEach(consumer -> consumer.accept(what));
    }

    @Override
    public void onClosed(Lane closed, String reason) {
        lane = null;
        lastFailure = reason;
        if (closed.facts() != null) {
            lanes.listener().onLaneClosed(address, !retired);
        }
        tellWhoWaits(new ServerFacts("", "", -1, 0));
        if (retired) {
            return;
        }
        if (closed.facts() != null && System.nanoTime() - readyNs > STABLE_NS) {
            failures = 0;
        }
        waitingToReopen = true;
        // The first attempt comes at once: a server that only dropped the connection is back before a client notices.
        long ceiling = failures == 0 ? 1 : Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS << Math.min(failures, 10));
        failures++;
        long delay = failures == 1 ? 0 : ThreadLocalRandom.current().nextLong(ceiling / 2, ceiling) + 1;
        lanes.loop().executor().schedule(this::tryAgain, delay, TimeUnit.MILLISECONDS);
    }

    private void tryAgain() {
        waitingToReopen = false;
        // One that never came up (a database that does not exist, say) is tried again only when somebody wants it.
        if (!retired && lane == null && facts != null) {
            reopen();
        }
    }

    @Override
    public void onPush(Lane from, ByteBuf in, int start, int end, boolean last) {
        // A shared lane asks for no messages. What comes all the same (a server's own invalidations, say) is for
        // nobody.
    }
}
