package io.segue.core.validation;

/** Something the API knows and this release cannot do yet. The message names it. */
public final class NotSupportedException extends RuntimeException {
    public NotSupportedException(String message) {
        super(message);
    }
}
