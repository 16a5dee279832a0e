package io.segue.loadtest.load;

/** What the checker looks for while the load runs. */
public enum Violation {
    /** A read through the key's own proxy showed less than was acknowledged before the read was sent. Must not happen. */
    STALE_READ("reads older than an acknowledged write"),
    /**
     * As {@link #STALE_READ}, but through another proxy than the write. Bounded, not excluded: the proxies take over a new plan
     * within milliseconds of each other, not at one instant, so for that long one may write a key on NEW only while the other
     * still reads it from OLD. A plan change in two phases, with a hold in between, closes that gap; until then it is counted.
     */
    STALE_READ_ELSEWHERE("stale reads through the other proxy"),
    /** A read showed a version that was never written, or a value of another key. */
    WRONG_VALUE("reads of a value that nobody wrote"),
    /** A key that exists was not found. */
    NOT_FOUND("reads that did not find a key"),
    /** The reply to a write shows that a write before it was lost. */
    LOST_WRITE("writes whose reply shows a lost write"),
    /** The reply to a write shows that a write was applied more than once. */
    APPLIED_TWICE("writes that were applied more than once");

    private final String description;

    Violation(String description) {
        this.description = description;
    }

    /** For a report, in the plural. */
    public String description() {
        return description;
    }

    /** Whether one of these makes the run fail. */
    public boolean isFatal() {
        return this != STALE_READ_ELSEWHERE;
    }
}
