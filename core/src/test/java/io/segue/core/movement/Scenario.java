package io.segue.core.movement;

import io.segue.core.movement.World.Trouble;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a run of {@link MovementModel} consists of: who does what, what may go wrong, and which rules are broken on purpose. */
final class Scenario {
    /** What a client does to OLD. */
    enum Kind {
        SET,
        /** A value with a time to live. */
        SETEX,
        INCR,
        DEL,
        /** From key 0 to key 1. */
        RENAME
    }

    /** One operation; {@code value} is what SET and SETEX write. */
    record Op(Kind kind, int key, int value) {}

    /** A rule broken on purpose. */
    enum Flaw {
        /** I11: the mark is removed when the copy is done, so a mark set in the middle goes with it. */
        MARK_REMOVED_AFTER_COPY,
        /** I10: a crashed mover's marks are gone, and its successor does not count everything as owed. */
        CRASH_FORGETS_MARKS,
        /** I10, with a feed that resumes: the checkpoint is what was received, not what was carried over. */
        CHECKPOINT_AT_RECEIVED,
        /** The same for what proxies report: it is in no checkpoint, and the successor of a mover does not count all as owed. */
        CRASH_FORGETS_REPORTS,
        /** I9: the successor does not kill the connections of the mover before it. */
        OLDER_NOT_KILLED,
        /** I9: it kills them, but has begun before that. */
        WORK_BEFORE_ALONE,
        /** I9: a mover reads the store before it names its connection. */
        STORE_READ_BEFORE_NAMING,
        /** A lost connection's keys are copied again before it is fenced. */
        UNKNOWN_OUTCOME_NOT_FENCED,
        /** I7: the feed was lost and is up again, and that was all. */
        LOST_FEED_FORGIVEN,
        /** A pass that began before the feed was lost once more counts. */
        PASS_OF_EARLIER_FEED,
        /** The pass looks at OLD's keys only. */
        PASS_OF_ONE_SIDE,
        /** The pass does not wait for effects of changes that nobody named. */
        PASS_BEFORE_SETTLE,
        /** What is being copied or compared when the feed comes up again counts. */
        RECORDS_KEPT_WHEN_OWED,
        /** I4, I5: RESTORE without REPLACE, and no DEL. */
        COPY_WITHOUT_REPLACE,
        /** I3: a changed key is copied at once, beside a copy that is under way on another connection. */
        PARALLEL_COPIES,
        /** I1, I2: a key that proxies write on both sides is not the mover's business. */
        DUAL_WRITE_COUNTS_AS_COPY,
        /** Keys under dual writes are compared at once. */
        NO_SETTLE,
        /** The settle is one tick shorter than the age at which dual writes are late. */
        SETTLE_SHORTER_THAN_BOUND,
        /** The age of a dual write counts from the sending of its effect. */
        AGE_FROM_EFFECT,
        /** Dual writes that end late are not reported. */
        LATE_NOT_REPORTED,
        /** An equal comparison that began before the settle makes a key clean. */
        EARLY_COMPARISON_COUNTS,
        /** A change in the middle of a comparison is ignored. */
        COMPARISON_IGNORES_CHANGE,
        /** An acknowledged copy among dual writes makes a key clean, if they have been switched off by then. */
        COPY_JUDGED_BY_PRESENT_MODE,
        /** The gate opens when nothing is owed, without asking the feed. */
        GATE_WITHOUT_BARRIER,
        /** The answer to a barrier counts though the feed was lost in between. */
        BARRIER_OF_EARLIER_FEED,
        /** I8: connections of a dead proxy are not killed at OLD. */
        DEAD_PROXY_NOT_KILLED_AT_OLD,
        /** I8, on the other side. */
        DEAD_PROXY_NOT_KILLED_AT_NEW,
        /** A dead proxy's connections are killed, but its late effects are not looked for. */
        DEAD_PROXY_FORGIVEN,
        /** They are looked for before the kill. */
        DEAD_PROXY_KILLED_AFTER_PASS
    }

    private final String name;
    final List<List<Op>> proxies = new ArrayList<>();
    final List<Op> direct = new ArrayList<>();
    final Map<Trouble, Integer> troubles = new EnumMap<>(Trouble.class);
    final Set<Flaw> flaws = EnumSet.noneOf(Flaw.class);
    int keys = 1;
    int bound = 1;
    int atStart;
    boolean resumes;
    boolean inStep;
    boolean earlyComparisons;
    boolean beginsDualWrites;
    boolean endsDualWrites;

    Scenario(String name) {
        this.name = name;
    }

    /** A proxy that dual-writes these, one after the other. */
    Scenario proxy(Op... ops) {
        proxies.add(List.of(ops));
        return this;
    }

    /** A client of OLD's own that writes these. */
    Scenario direct(Op... ops) {
        direct.addAll(List.of(ops));
        return this;
    }

    Scenario trouble(Trouble trouble, int times) {
        troubles.put(trouble, times);
        return this;
    }

    Scenario twoKeys() {
        keys = 2;
        return this;
    }

    /** Ticks after which a dual write is late. */
    Scenario bound(int ticks) {
        bound = ticks;
        return this;
    }

    /** Key 0 is there when the mover begins. */
    Scenario startsWith(int value) {
        atStart = value;
        return this;
    }

    /** The first pass is over, and NEW is what OLD is. */
    Scenario inStep() {
        inStep = true;
        return this;
    }

    /** The feed has positions, and resumes at any of them. */
    Scenario resumes() {
        resumes = true;
        return inStep();
    }

    /** Comparisons may begin before the settle, to find differences early. */
    Scenario earlyComparisons() {
        earlyComparisons = true;
        return this;
    }

    /** Dual writes are off at first, and may be switched on at any moment. */
    Scenario beginsDualWrites() {
        beginsDualWrites = true;
        return this;
    }

    /** Dual writes may be switched off, after which only the client of OLD's own goes on. */
    Scenario endsDualWrites() {
        endsDualWrites = true;
        return this;
    }

    Scenario flaw(Flaw flaw) {
        flaws.add(flaw);
        return this;
    }

    @Override
    public String toString() {
        return name;
    }

    static Op set(int value) {
        return new Op(Kind.SET, 0, value);
    }

    static Op setex(int value) {
        return new Op(Kind.SETEX, 0, value);
    }

    static Op incr() {
        return new Op(Kind.INCR, 0, 0);
    }

    static Op del() {
        return new Op(Kind.DEL, 0, 0);
    }

    static Op rename() {
        return new Op(Kind.RENAME, 0, 0);
    }
}
