package io.segue.controlplane.mover;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One running movement from an authority to a follower. Made by a {@link MoverFactory}; works on threads of its own from {@link #start} on.
 * Thread-safe; no method waits for a database unless it says so. {@link #pause}, {@link #ceilings}, {@link #dualWrites} and
 * {@link #restrict} may be called before {@link #start}, so that nothing happens in between.
 */
public interface DataMover extends AutoCloseable {

    /** Begins, or goes on from the checkpoint in the mover's folder. Returns at once; what happens is told to the listener. */
    void start();

    /** The work stands still: nothing is read from the authority or written to the follower. The feed goes on noting what changes. */
    void pause();

    /** Goes on after {@link #pause}. */
    void resume();

    /** New ceilings, from now on. */
    void ceilings(Ceilings ceilings);

    /**
     * Says whether anybody but the mover may be writing the follower: from {@code true} on a changed key counts as equal only after a
     * settle and a comparison. To be called before the first dual write can happen, and after the last one.
     */
    void dualWrites(boolean on);

    /**
     * Restricts the work to the keys for which the authority side is still the truth; others are left alone from the moment this returns
     * on: no write to them is under way then. May wait for the follower, within {@code limit}.
     *
     * @return false if what was under way did not end within the limit; the restriction holds all the same
     */
    boolean restrict(KeyFilter filter, Duration limit);

    /**
     * The data gate: waits until every change of {@code keys} that the authority had executed before this call has been carried to the
     * follower, and each of them that was owed is equal. For a moment in which nobody writes those keys; others may be written meanwhile,
     * and are not waited for. From then on, and until {@link #takeOver}, it is noted which of these keys change, also if they are none of
     * the mover's business: {@link #bypass} asks for them, and {@link #takeOver} carries them over.
     *
     * @return false if that did not come about within {@code limit}
     */
    boolean drain(KeyFilter keys, Duration limit);

    /**
     * After a {@link #drain}, while nobody should write its keys: whether somebody did it all the same, past those who hold. A key that has
     * expired since is no such case.
     *
     * @return which key was changed, or why that cannot be said; empty if none was, up to this call
     */
    Optional<String> bypass(Duration limit);

    /**
     * Widens the work to the keys for which the authority side is the truth from now on. What has changed of them since the last {@link #drain}
     * is owed; where that is not known in full, everything is compared, for {@code reason}. Does not wait.
     */
    void takeOver(KeyFilter filter, String reason);

    /**
     * Completes when every change that the authority had executed before this call stands on the follower, whatever is written
     * meanwhile: a key that goes on changing counts as soon as a state of it that is not older than this call was carried over, and, under
     * dual writes, has settled once. Also for changes that the feed has not named yet when this is called. A mover that starts, or compares
     * everything again, completes it after that; a key that cannot be copied holds it up until that is accepted. Completes exceptionally when the mover ends before; takes as long as it takes.
     */
    CompletableFuture<Void> passed();

    /** Every key counts as changed, for a reason that is shown: both sides are compared, and what differs is copied. */
    void recheck(String reason);

    /** What it is doing. A snapshot; cheap. */
    MoverStatus status();

    /** At most {@code most} of the keys that could not be copied, or were left alone by the conflict rule. */
    List<ErrorKey> errorKeys(int most);

    /** The operator knows that these keys are missing: those listed now no longer keep the movement from being caught up. */
    void acceptErrorKeys();

    /** Compares both sides; returns at once. At most one verification runs at a time: another one is refused. */
    Verification verify(VerifySpec spec);

    /** Stops the work and hangs up. The checkpoint stays: a mover made later with the same folder goes on. Waits at most some seconds. */
    @Override
    void close();

    /** Removes what the mover keeps on disk; after {@link #close}. */
    void forget();

    /** Which keys are meant. */
    @FunctionalInterface
    interface KeyFilter {
        /** All keys. */
        KeyFilter ALL = key -> true;

        /** None at all. */
        KeyFilter NONE = new KeyFilter() {
            @Override
            public boolean test(byte[] key) {
                return false;
            }

            @Override
            public boolean keyless() {
                return false;
            }
        };

        /** Whether {@code key} is meant. Pure, thread-safe. */
        boolean test(byte[] key);

        /** Whether what belongs to no key is meant too: function libraries. */
        default boolean keyless() {
            return true;
        }
    }

    /**
     * Limits of the work; 0 means none.
     *
     * @param keysPerSecond keys copied in a second
     * @param bytesPerSecond bytes of values copied in a second
     * @param adaptive whether the mover slows down by itself when either side answers slower
     */
    record Ceilings(long keysPerSecond, long bytesPerSecond, boolean adaptive) {
        /** No limits but the adaptive one. */
        public static final Ceilings NONE = new Ceilings(0, 0, true);
    }

    /**
     * A key that is not as it should be on the follower.
     *
     * @param db database number at the authority
     * @param reason {@code "OOM command not allowed …"}; for a conflict what was kept
     * @param conflict whether the conflict rule left it alone on purpose: such a key does not keep the movement from being caught up
     * @param sinceMs milliseconds since the Unix epoch
     * @param attempts how often it was tried
     */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    record ErrorKey(int db, byte[] key, String reason, boolean conflict, long sinceMs, int attempts) {}

    /**
     * What to compare.
     *
     * @param sample share of the keys, above 0.0 up to 1.0 (full)
     * @param repair whether to copy what differs
     * @param report where to write the report, one JSON object a line
     */
    record VerifySpec(double sample, boolean repair, Path report) {}
}
