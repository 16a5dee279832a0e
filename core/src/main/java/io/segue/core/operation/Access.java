package io.segue.core.operation;

/** What a unit of work does to the data, as far as routing cares. */
public enum Access {
    /** Changes nothing; may be answered by either side that holds the data. */
    READ,
    /** Changes data, or might: an unknown command is a write. */
    WRITE,
    /** Changes or asks for the state of the connection, not of the data. */
    SESSION,
    /** Cannot be split or copied, so the authority alone serves it: transactions, blocking commands, subscriptions, scripts. */
    PINNED
}
