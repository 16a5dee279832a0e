package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;

/** The source does not let this user replicate, or does not know how to. Trying again is of no use. */
final class NotPermittedException extends IOException {
    private static final long serialVersionUID = 1L;

    NotPermittedException(String message) {
        super(message);
    }
}
