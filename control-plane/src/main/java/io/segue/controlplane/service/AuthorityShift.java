package io.segue.controlplane.service;

import io.segue.core.verdict.Side;
import io.segue.proto.v1.Movement;
import java.util.Optional;

/**
 * What a change does to the authority of keys: whether one side stops being the truth for a key, and whether the other side was
 * kept in step until then.
 *
 * @param moves some key gets another authority
 * @param losesNew some key goes back to OLD although its writes went to NEW only, and no mover carried them over
 * @param losesOld some key goes to NEW although its writes went to OLD only, and no mover carried them over
 */
record AuthorityShift(boolean moves, boolean losesNew, boolean losesOld) {

    /**
     * From what the proxies do now to what they are to do.
     *
     * @param movement what movers there are
     */
    static AuthorityShift between(Routing from, Routing to, Optional<Movement> movement) {
        boolean toNew = from.leaves(Side.OLD, to);
        boolean toOld = from.leaves(Side.NEW, to);
        return new AuthorityShift(
                toNew || toOld,
                toOld && from.leavesAlone(Side.NEW, to) && !follows(from, movement, Side.NEW),
                toNew && from.leavesAlone(Side.OLD, to) && !follows(from, movement, Side.OLD));
    }

    /** A mover follows a key if it can tell on which side it is. */
    private static boolean follows(Routing from, Optional<Movement> movement, Side authority) {
        return movement.map(found -> Movements.follows(found, authority)).orElse(false)
                && from.notByKey().isEmpty();
    }
}
