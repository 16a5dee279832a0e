package io.segue.core.operation;

/** A fact about where an operation comes from, or what it is for, that a strategy may route by. */
public enum Label {
    /** None: only the bucket counts. */
    NONE,
    /** Where the proxy runs. */
    REGION,
    /** The instance of the proxy, or the shard of the key. */
    INSTANCE,
    /** The feature of the application, by the interlay's label rules. */
    FEATURE,
    /** The feature flag, by the interlay's label rules. */
    FLAG
}
