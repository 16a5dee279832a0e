package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.redis.verify.PairReader.Outcome;

/**
 * What one look at a key has shown.
 *
 * @param sameExpiry whether both are certain to expire at the same moment
 * @param otherExpiry whether both are certain not to
 */
record Sight(Outcome outcome, KeyFacts authority, KeyFacts follower, boolean sameExpiry, boolean otherExpiry) {
    /** Before the first look. */
    static final Sight NOTHING =
            new Sight(Outcome.EQUAL, new KeyFacts("none", -1, 0), new KeyFacts("none", -1, 0), true, false);

    Sight withTypes(String ours, String theirs) {
        return new Sight(
                outcome,
                new KeyFacts(ours, authority.expiresAtMs(), authority.bytes()),
                new KeyFacts(theirs, follower.expiresAtMs(), follower.bytes()),
                sameExpiry,
                otherExpiry);
    }

    /** When the only copy expires; negative for never. */
    long expiryOfTheOnlyOne() {
        return outcome == Outcome.MISSING ? authority.expiresAtMs() : follower.expiresAtMs();
    }
}
