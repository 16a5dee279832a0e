package io.segue.controlplane.store;

/** A record was not at the revision that a change expected. Nothing was changed. */
public final class RevisionConflictException extends RuntimeException {
    private final Change change;

    public RevisionConflictException(Change change, long actual) {
        super(change.kind() + " " + change.key() + ": revision " + actual + " (expected: " + change.expected() + ")");
        this.change = change;
    }

    /** The change that did not fit. */
    public Change change() {
        return change;
    }
}
