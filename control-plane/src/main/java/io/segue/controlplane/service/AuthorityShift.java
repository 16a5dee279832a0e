package io.segue.controlplane.service;

import io.segue.core.operation.Bucket;
import io.segue.core.verdict.Side;

/**
 * What a change does to the authority of keys: whether one side stops being the truth for a key, and whether the other side was
 * kept in step until then.
 *
 * @param moves some key gets another authority
 * @param losesNew some key goes back to OLD although its writes went to NEW only
 * @param losesOld some key goes to NEW although its writes went to OLD only, and no mover carried them over
 */
record AuthorityShift(boolean moves, boolean losesNew, boolean losesOld) {

    /**
     * From what the proxies do now to what they are to do.
     *
     * @param followed whether a mover carries over what is written on OLD
     */
    static AuthorityShift between(Routing from, Routing to, boolean followed) {
        boolean moves = false;
        boolean losesNew = false;
        boolean losesOld = false;
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (from.authority(bucket) == to.authority(bucket)) {
                continue;
            }
            moves = true;
            boolean alone = !from.dual(bucket);
            losesNew |= alone && from.authority(bucket) == Side.NEW;
            losesOld |= alone && from.authority(bucket) == Side.OLD && !followed;
        }
        return new AuthorityShift(moves, losesNew, losesOld);
    }
}
