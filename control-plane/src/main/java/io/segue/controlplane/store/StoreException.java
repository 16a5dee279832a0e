package io.segue.controlplane.store;

import org.jspecify.annotations.Nullable;

/** The store could not read or write. */
public final class StoreException extends RuntimeException {
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
