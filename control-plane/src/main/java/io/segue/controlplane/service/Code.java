package io.segue.controlplane.service;

/** The ways in which a call can fail, whatever carried it. */
public enum Code {
    /** A field has a value that it does not take. */
    INVALID_ARGUMENT,
    /** No token, or none that is known. */
    UNAUTHENTICATED,
    /** The token's role does not allow it. */
    PERMISSION_DENIED,
    NOT_FOUND,
    ALREADY_EXISTS,
    /** The state of things does not allow it now. */
    CONFLICT,
    /** The caller read an older revision. */
    STALE_REVISION,
    /** Known to the API, not in this release. */
    NOT_SUPPORTED,
    /** Too many callers wait. */
    BUSY,
    /** It took too long; nothing was changed. */
    UNAVAILABLE,
    INTERNAL;

    /** The name in replies: {@code "not_found"}. */
    public String apiName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
