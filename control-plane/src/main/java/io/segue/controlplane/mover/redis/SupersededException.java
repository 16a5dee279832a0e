package io.segue.controlplane.mover.redis;

/** Another mover of the same movement, made later, has taken over: this one must not write any more. */
final class SupersededException extends Exception {
    private static final long serialVersionUID = 1L;

    SupersededException(String message) {
        super(message);
    }
}
