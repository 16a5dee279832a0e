package io.segue.controlplane.api.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.segue.controlplane.service.Code;
import io.segue.controlplane.service.Failures;
import io.segue.controlplane.service.ServiceException;

/** Says in gRPC what went wrong. */
final class GrpcFailures {
    private GrpcFailures() {}

    static StatusRuntimeException of(Throwable thrown) {
        ServiceException failure = Failures.of(thrown);
        return status(failure.code()).withDescription(failure.getMessage()).asRuntimeException();
    }

    private static Status status(Code code) {
        return switch (code) {
            case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Status.PERMISSION_DENIED;
            case NOT_FOUND -> Status.NOT_FOUND;
            case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
            case CONFLICT -> Status.FAILED_PRECONDITION;
            case STALE_REVISION -> Status.ABORTED;
            case NOT_SUPPORTED -> Status.UNIMPLEMENTED;
            case BUSY -> Status.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case INTERNAL -> Status.INTERNAL;
        };
    }
}
