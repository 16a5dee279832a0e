package io.segue.loadtest.register;

/** What an operation does to a register. */
public enum Action {
    /** Returns the value, or that there is none. */
    READ,
    /** Sets a value that nobody else ever sets. */
    WRITE,
    /** Leaves no value. */
    DELETE
}
