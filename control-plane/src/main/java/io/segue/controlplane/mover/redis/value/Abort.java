package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisError;

/** The work on a key cannot be carried on; both connections are good. */
final class Abort extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean changed;
    private final String reason;

    private Abort(boolean changed, String reason) {
        super(reason, null, false, false);
        this.changed = changed;
        this.reason = reason;
    }

    /** The key is not what it was at the beginning. */
    static Abort changed(String reason) {
        return new Abort(true, reason);
    }

    /** It cannot be done, now or ever. */
    static Abort failed(String reason) {
        return new Abort(false, reason);
    }

    /** A server has answered with an error. */
    static Abort refused(boolean authority, RedisError error) {
        boolean gone =
                error.is("WRONGTYPE") || error.is("NOGROUP") || error.text().startsWith("ERR no such key");
        return new Abort(gone, authority ? "at the authority: " + error.text() : error.text());
    }

    /** Whether another try may do better at once. */
    boolean isChanged() {
        return changed;
    }

    String reason() {
        return reason;
    }
}
