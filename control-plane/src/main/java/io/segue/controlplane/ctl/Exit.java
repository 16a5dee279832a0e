package io.segue.controlplane.ctl;

import io.grpc.Status;

/** Exit codes, so that scripts can tell what to do next. */
final class Exit {
    static final int DONE = 0;
    /** Something went wrong that none of the others says. */
    static final int FAILED = 1;
    /** The command line cannot be understood, or a value in it is not allowed. */
    static final int USAGE = 2;

    static final int NOT_FOUND = 3;
    /** The state does not allow it now: nothing was changed. */
    static final int REFUSED = 4;
    /** No token, a wrong one, or one without the role. */
    static final int DENIED = 5;
    /** The control plane cannot be reached, is busy, or did not answer in time. */
    static final int UNAVAILABLE = 6;
    /** It was done, and has found something: blockers, differing keys, a migration that did not end as hoped. */
    static final int FINDINGS = 7;

    private Exit() {}

    /** For what a call has answered. */
    static int of(Status.Code code) {
        return switch (code) {
            case OK -> DONE;
            case INVALID_ARGUMENT, UNIMPLEMENTED, OUT_OF_RANGE -> USAGE;
            case NOT_FOUND -> NOT_FOUND;
            case FAILED_PRECONDITION, ALREADY_EXISTS, ABORTED -> REFUSED;
            case UNAUTHENTICATED, PERMISSION_DENIED -> DENIED;
            case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED -> UNAVAILABLE;
            case UNKNOWN, INTERNAL, DATA_LOSS -> FAILED;
        };
    }
}
