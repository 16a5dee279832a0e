package io.segue.controlplane.api.grpc;

import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Answers a unary call with what a service returns or throws. */
final class Calls {
    private Calls() {}

    static <T> void answer(StreamObserver<T> caller, Supplier<T> work) {
        T reply;
        try {
            reply = work.get();
        } catch (RuntimeException e) {
            caller.onError(GrpcFailures.of(e));
            return;
        }
        caller.onNext(reply);
        caller.onCompleted();
    }
}
