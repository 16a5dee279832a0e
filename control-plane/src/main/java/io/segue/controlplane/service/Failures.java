package io.segue.controlplane.service;

import io.segue.controlplane.store.RevisionConflictException;
import io.segue.controlplane.store.StoreException;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever was thrown into the error that a caller sees. */
public final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** The error for the caller. What nobody foresaw is logged and told as an internal error without its text. */
    public static ServiceException of(Throwable thrown) {
        if (thrown instanceof ServiceException known) {
            return known;
        }
        if (thrown instanceof InvalidFieldException invalid) {
            return new ServiceException(
                    Code.INVALID_ARGUMENT,
                    String.valueOf(invalid.getMessage()),
                    Map.of("field", invalid.field(), "expected", invalid.expected()));
        }
        if (thrown instanceof NotSupportedException unsupported) {
            return new ServiceException(Code.NOT_SUPPORTED, String.valueOf(unsupported.getMessage()));
        }
        if (thrown instanceof RevisionConflictException conflict) {
            return new ServiceException(
                    Code.STALE_REVISION, "somebody else changed it meanwhile: " + conflict.getMessage());
        }
        if (thrown instanceof StoreException store) {
            LOG.error("the store failed", store);
            return new ServiceException(Code.UNAVAILABLE, "the store failed; see the log of the control plane");
        }
        LOG.error("unforeseen failure", thrown);
        return new ServiceException(Code.INTERNAL, "internal error; see the log of the control plane");
    }
}
