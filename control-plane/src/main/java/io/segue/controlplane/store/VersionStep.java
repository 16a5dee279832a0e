package io.segue.controlplane.store;

/** What a batch does to the configuration version. */
public enum VersionStep {
    /** The proxies need not know. */
    KEEP,
    /** The proxies must run something else afterwards. */
    RAISE
}
