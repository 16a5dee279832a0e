package io.segue.core.planchange;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What happens in a run of the model: how many proxies, changes, writes and troubles, and which rules are broken. */
final class Course {
    /** What may go wrong. */
    enum Trouble {
        PROXY_CRASHES,
        PROXY_STOPS,
        LINK_CUT,
        LANE_LOST,
        CONTROL_PLANE_CRASHES,
        EVICTION,
        DECISION_REFUSED
    }

    /** Rules that can be left out, to see that they are needed. */
    enum Flaw {
        /** A registered proxy that cannot be reached is not waited for. */
        LOST_PROXY_IGNORED,
        /** Keys get another authority without a hold. */
        NO_HOLD,
        /** A proxy says that it holds while a request is under way. */
        NOT_DRAINED,
        /** A proxy says that it holds while its server may still execute what was on a lost connection. */
        UNKNOWN_NOT_FENCED,
        /** So does a new process of a proxy, for the connections of the one before. */
        LEFTOVERS_NOT_FENCED,
        /** A proxy says that it holds before that is on its disk. */
        HOLD_NOT_KEPT,
        /** A new process takes up the hold of the one before as if it were a new one, and may give it up. */
        HOLD_NOT_RESUMED,
        /** Past the limit a proxy goes on as before, because the change will not have happened. */
        GUESSES_ABORT,
        /** Past the limit a proxy changes over, because the change will have happened. */
        GUESSES_COMMIT,
        /** After its restart the control plane carries out what was held but not decided. */
        RESTART_COMMITS,
        /** The proxies are told of the decision before it is stored. */
        TOLD_BEFORE_STORED,
        /** A decision that one proxy refuses is taken back. */
        DECISION_TAKEN_BACK,
        /** An evicted proxy is only struck off the list. */
        EVICTED_NOT_FENCED,
        /** Its connections are killed, and it may make new ones. */
        EVICTED_MAY_RETURN,
        /** Who is registered is not stored before a proxy is served. */
        REGISTRATION_NOT_STORED,
        /** A proxy that has stopped in order starts again from its disk. */
        STOPPED_STARTS_FROM_DISK
    }

    final String name;
    int proxies = 2;
    int changes = 1;
    int writes = 2;
    final Map<Trouble, Integer> troubles = new EnumMap<>(Trouble.class);
    final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);

    Course(String name) {
        this.name = name;
    }

    Course proxies(int count) {
        proxies = count;
        return this;
    }

    Course changes(int count) {
        changes = count;
        return this;
    }

    Course writes(int count) {
        writes = count;
        return this;
    }

    Course trouble(Trouble trouble, int times) {
        troubles.put(trouble, times);
        return this;
    }

    Course flaw(Flaw flaw) {
        flaws.add(flaw);
        return this;
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    @Override
    public String toString() {
        return name + (flaws.isEmpty() ? "" : " " + flaws);
    }
}
