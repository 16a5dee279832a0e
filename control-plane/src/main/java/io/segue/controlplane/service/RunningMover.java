package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverFactory.MoverListener;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.MovementKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A mover in this process, and what it has said so far. Thread-safe; what the mover tells is noted, and acted upon elsewhere. */
final class RunningMover implements MoverListener {
    private static final int MAX_NEWS = 100;
    private static final int MAX_TOLD = 64;
    private static final long REPEAT_NANOS = 60_000_000_000L;

    private final String migration;
    private final MovedPair pair;
    private final Runnable wake;
    private final Queue<News> news = new ArrayDeque<>();
    /** When something was told last; the oldest are forgotten. */
    private final Map<News, Long> told = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<News, Long> eldest) {
            return size() > MAX_TOLD;
        }
    };

    private @Nullable DataMover mover;
    private boolean caughtUp;
    private boolean over;
    private @Nullable String failure;

    /**
     * Without its mover, which needs this as its listener.
     *
     * @param migration id of the migration
     * @param pair with the epoch of this mover
     * @param wake has somebody look after it
     */
    RunningMover(String migration, MovedPair pair, Runnable wake) {
        this.migration = migration;
        this.pair = pair;
        this.wake = wake;
    }

    /** Something that the mover wants to be known. */
    record News(String event, String detail) {}

    synchronized void runs(DataMover made) {
        mover = made;
    }

    String migration() {
        return migration;
    }

    MovedPair pair() {
        return pair;
    }

    synchronized DataMover mover() {
        if (mover == null) {
            throw new IllegalStateException("the mover of " + pair.getOldEndpoint() + " was not made");
        }
        return mover;
    }

    /** Whether it carries over what changes. */
    boolean follows() {
        return pair.getKind() != MovementKind.MOVEMENT_KIND_SNAPSHOT;
    }

    /** The side that it follows. */
    Side authority() {
        return Movements.authority(pair);
    }

    /** Id of the endpoint that it reads. */
    String from() {
        return authority() == Side.OLD ? pair.getOldEndpoint() : pair.getNewEndpoint();
    }

    /** Id of the endpoint that it writes. */
    String to() {
        return authority() == Side.OLD ? pair.getNewEndpoint() : pair.getOldEndpoint();
    }

    /** Whether the follower has had everything once, and no key is missing there. */
    boolean ready() {
        MoverStatus status = mover().status();
        synchronized (this) {
            caughtUp |= status.caughtUp();
            return caughtUp && status.errorKeys() == 0 && failure == null;
        }
    }

    /** Why it cannot go on; null while it can. */
    synchronized @Nullable String failure() {
        return failure;
    }

    /** What is to be known since the last call. */
    synchronized List<News> takeNews() {
        List<News> taken = new ArrayList<>(news);
        news.clear();
        return taken;
    }

    /** Puts back what could not be written down. */
    synchronized void keepNews(List<News> again) {
        List<News> later = new ArrayList<>(news);
        news.clear();
        again.forEach(this::note);
        later.forEach(this::note);
    }

    /** Nothing that it says counts from now on. */
    synchronized void over() {
        over = true;
    }

    @Override
    public void caughtUp() {
        synchronized (this) {
            caughtUp = true;
        }
        wake.run();
    }

    @Override
    public void failed(String reason) {
        synchronized (this) {
            if (over || failure != null) {
                return;
            }
            failure = reason;
        }
        wake.run();
    }

    @Override
    public void happened(String event, String detail) {
        synchronized (this) {
            if (over) {
                return;
            }
            News one = new News(event, detail);
            long now = System.nanoTime();
            Long before = told.get(one);
            if (before != null && now - before < REPEAT_NANOS) {
                // A link that comes and goes says the same again and again.
                return;
            }
            told.put(one, now);
            note(one);
        }
        wake.run();
    }

    private void note(News one) {
        // The latest say most.
        if (news.size() == MAX_NEWS) {
            news.remove();
        }
        news.add(one);
    }
}
