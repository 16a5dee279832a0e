package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;

/** What the source sends is more than may be kept on disk. */
final class SpoolFullException extends IOException {
    private static final long serialVersionUID = 1L;

    SpoolFullException(String message) {
        super(message);
    }
}
