package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.Verification.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** What is done about each key of which something has become certain: counted, reported, given to the mover. For one thread. */
final class Findings implements Examiner.Outcome {
    private static final int REPAIRS = 3;
    private static final int REMEMBERED = 1_000_000;

    private final VerifyContext context;
    private final Tally tally;
    private final @Nullable VerifyReport report;
    private final boolean marks;
    private final boolean awaits;
    private final SeenKeys seen = new SeenKeys(REMEMBERED);

    /**
     * @param report null for none
     * @param marks whether what differs is given to the mover
     * @param awaits whether such a key is compared once more after the mover has passed it
     */
    Findings(VerifyContext context, Tally tally, @Nullable VerifyReport report, boolean marks, boolean awaits) {
        this.context = context;
        this.tally = tally;
        this.report = report;
        this.marks = marks;
        this.awaits = awaits;
    }

    @Override
    public void equal(Suspect suspect) {
        if (suspect.repairing) {
            tally.repaired();
        }
    }

    @Override
    public void skipped(Suspect suspect) {
        if (first(suspect)) {
            tally.skipped();
        }
    }

    @Override
    public void unsettled(Suspect suspect) {
        // A key that is being repaired is counted as different already.
        if (!suspect.repairing && first(suspect)) {
            tally.unsettled();
        }
        if (marks && !awaits) {
            // Nothing may be left to chance.
            context.markDirty(suspect.db, suspect.key);
        }
    }

    @Override
    public boolean different(Suspect suspect, Kind kind) {
        if (!suspect.repairing && !first(suspect)) {
            return false;
        }
        if (!suspect.repairing) {
            tally.different(kind);
            write(suspect, kind);
        }
        if (!marks || suspect.repairs == REPAIRS) {
            return false;
        }
        context.markDirty(suspect.db, suspect.key);
        return awaits;
    }

    private void write(Suspect suspect, Kind kind) {
        if (report == null) {
            return;
        }
        try {
            report.add(suspect.db, suspect.key, kind, suspect.sight.authority(), suspect.sight.follower());
        } catch (IOException e) {
            throw new UncheckedIOException("the report cannot be written", e);
        }
    }

    /** Whether nothing was said of the key before: SCAN may give it twice. */
    private boolean first(Suspect suspect) {
        return seen.add(KeyChoice.hash(suspect.key, 0, suspect.key.length) + suspect.db * 0x9E3779B97F4A7C15L);
    }
}
