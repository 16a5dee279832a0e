package io.segue.controlplane.service;

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
        boolean toNew = from.leaves(Side.OLD, to);
        boolean toOld = from.leaves(Side.NEW, to);
        return new AuthorityShift(
                toNew || toOld,
                toOld && from.leavesAlone(Side.NEW, to),
                toNew && !followed && from.leavesAlone(Side.OLD, to));
    }
}
