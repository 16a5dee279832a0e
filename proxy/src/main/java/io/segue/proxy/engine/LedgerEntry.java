package io.segue.proxy.engine;

import io.segue.core.verdict.Side;
import org.jspecify.annotations.Nullable;

/** What the {@link Ledger} knows of a key. Immutable but for the repairer's own notes. */
final class LedgerEntry {
    final Ledger.Cause cause;
    /** The side whose state is the truth. */
    final Side authority;

    final long sinceMs;
    /** Changes with every write, so that the repairer sees that its copy is out of date. */
    final long generation;
    /** Copied, and written on both sides again, but not yet found equal: reads still go to the authority. */
    final boolean onProbation;
    /** The truth is not where the plan has it. */
    final boolean moved;
    /** What the other side may lack are only writes whose clients were told that nobody knows their outcome. */
    final boolean onlyUnknown;
    /** The truth is to move by a write that is not through yet; what was noted before is in {@link #before}. */
    final boolean provisional;

    final @Nullable LedgerEntry before;
    /** Why the last attempt to repair it failed; empty if none did. */
    volatile String failure = "";
    /** The generation whose state the other side has been given, at least. */
    volatile long copied;

    private LedgerEntry(
            Ledger.Cause cause,
            Side authority,
            long sinceMs,
            long generation,
            boolean onProbation,
            boolean moved,
            boolean onlyUnknown,
            boolean provisional,
            @Nullable LedgerEntry before) {
        this.cause = cause;
        this.authority = authority;
        this.sinceMs = sinceMs;
        this.generation = generation;
        this.onProbation = onProbation;
        this.moved = moved;
        this.onlyUnknown = onlyUnknown;
        this.provisional = provisional;
        this.before = before;
    }

    /** A key that was not known to differ until now. */
    static LedgerEntry first(Ledger.Cause cause, Side authority, long sinceMs, long generation) {
        boolean unknown = cause == Ledger.Cause.OUTCOME_UNKNOWN;
        return new LedgerEntry(cause, authority, sinceMs, generation, false, false, unknown, false, null);
    }

    /**
     * The truth is on another side than before, if the write that is about to be sent there succeeds.
     *
     * @param was what was known until now; null: nothing
     * @param goes whether it leaves the side where the plan has it
     */
    static LedgerEntry claimed(@Nullable LedgerEntry was, Side side, boolean goes, long sinceMs, long generation) {
        return new LedgerEntry(Ledger.Cause.TAKEN_OVER, side, sinceMs, generation, false, goes, false, true, was);
    }

    /** The truth is where the plan has it. */
    LedgerEntry planned(Side side, long now) {
        return new LedgerEntry(cause, side, sinceMs, now, false, false, false, false, null);
    }

    /** Noted once more. */
    LedgerEntry marked(Ledger.Cause again, Side side, long now) {
        LedgerEntry entry = new LedgerEntry(
                cause,
                moved ? authority : side,
                sinceMs,
                now,
                false,
                moved,
                onlyUnknown && again == Ledger.Cause.OUTCOME_UNKNOWN,
                provisional,
                before);
        return entry.withNotes(this);
    }

    /** The same, written by a later generation or on probation. */
    LedgerEntry with(long now, boolean probation) {
        LedgerEntry entry =
                new LedgerEntry(cause, authority, sinceMs, now, probation, moved, onlyUnknown, provisional, before);
        return entry.withNotes(this);
    }

    /** The same, now that a write has succeeded where the truth is. */
    LedgerEntry confirmed() {
        LedgerEntry entry =
                new LedgerEntry(cause, authority, sinceMs, generation, onProbation, moved, onlyUnknown, false, null);
        return entry.withNotes(this);
    }

    LedgerEntry withNotes(LedgerEntry of) {
        failure = of.failure;
        copied = of.copied;
        return this;
    }
}
