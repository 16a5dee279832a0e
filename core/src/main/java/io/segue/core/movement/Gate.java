package io.segue.core.movement;

import java.util.ArrayList;
import java.util.List;

/**
 * What must hold before authority may move: the follower equals the authority then. Taken in one moment, under the mover's lock.
 *
 * @param quiet every proxy holds: no request and no effect of theirs is under way on either side, each late one was reported
 * @param strangersFenced the connections of every proxy that is gone without saying so were killed on both sides, and the feed has come up or
 *     a pass has begun after that
 * @param vouched a barrier that was asked for after both of these was answered, and {@link FeedState#vouches} for it
 * @param dirty keys that are {@link KeyState#DIRTY}
 * @param copying keys that are being copied
 * @param settling keys that are {@link KeyState#SETTLING}
 * @param comparing keys that are being compared
 * @param refused keys that could not be copied, and that nobody has accepted
 */
public record Gate(
        boolean quiet,
        boolean strangersFenced,
        boolean vouched,
        long dirty,
        long copying,
        long settling,
        long comparing,
        long refused) {

    /** Whether it is open. */
    public boolean open() {
        return quiet && strangersFenced && vouched && dirty + copying + settling + comparing + refused == 0;
    }

    /** What keeps it shut, for people; empty if it is open. */
    public String missing() {
        List<String> missing = new ArrayList<>();
        if (!quiet) {
            missing.add("a proxy has not reported that it holds");
        }
        if (!strangersFenced) {
            missing.add("connections of a lost proxy are not fenced");
        }
        if (!vouched) {
            missing.add("the change feed has not confirmed that it named every change");
        }
        keys(missing, dirty, "to copy");
        keys(missing, copying, "being copied");
        keys(missing, settling, "settling");
        keys(missing, comparing, "being compared");
        keys(missing, refused, "that cannot be copied");
        return String.join(", ", missing);
    }

    private static void keys(List<String> missing, long count, String what) {
        if (count > 0) {
            missing.add(count + " keys " + what);
        }
    }
}
