package io.segue.loadtest.register;

/** What is known of an operation. */
public enum Outcome {
    /** Answered: it took effect between the moment it was sent and the moment its answer came. */
    DONE,
    /** Not answered, or with an error that leaves it open: it took effect at any time after it was sent, or never. */
    UNKNOWN,
    /** Answered with an error that says that it has not been executed and will not be. */
    REFUSED
}
