package io.segue.core.operation;

/** What is sampled where a strategy speaks of a percentage: the operations of one unit share a {@link Bucket}. */
public enum Sampling {
    /** The key, or its hash tag: one key is always on one side. */
    KEY,
    /** The client's connection. */
    CONNECTION,
    /** The user: what a label rule captures from the key or, where no rule captures, who the client logged in as. */
    USER
}
