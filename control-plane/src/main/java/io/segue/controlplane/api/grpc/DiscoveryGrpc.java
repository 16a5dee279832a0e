package io.segue.controlplane.api.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.segue.controlplane.service.FleetService;
import io.segue.proto.v1.ConfigDiscoveryGrpc;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.ConfigResponse;
import org.jspecify.annotations.Nullable;

/** The configuration streams over gRPC. */
public final class DiscoveryGrpc extends ConfigDiscoveryGrpc.ConfigDiscoveryImplBase {
    private final FleetService fleet;

    public DiscoveryGrpc(FleetService fleet) {
        this.fleet = fleet;
    }

    @Override
    public StreamObserver<ConfigRequest> streamConfigs(StreamObserver<ConfigResponse> proxy) {
        ServerCallStreamObserver<ConfigResponse> call = (ServerCallStreamObserver<ConfigResponse>) proxy;
        Incoming incoming = new Incoming(call);
        call.setOnReadyHandler(incoming::onReady);
        call.setOnCancelHandler(() -> incoming.onGone(false));
        return incoming;
    }

    /** What comes from one proxy. gRPC calls it, and its handlers, one at a time. */
    private final class Incoming implements StreamObserver<ConfigRequest> {
        private final ServerCallStreamObserver<ConfigResponse> call;
        private FleetService.@Nullable Stream stream;

        Incoming(ServerCallStreamObserver<ConfigResponse> call) {
            this.call = call;
        }

        @Override
        public void onNext(ConfigRequest request) {
            try {
                if (stream == null) {
                    stream = fleet.open(request, call::isReady, this::send, this::replaced);
                } else {
                    stream.onRequest(request);
                }
            } catch (RuntimeException e) {
                fail(GrpcFailures.of(e).getStatus());
            }
        }

        /** The hub sends under its lock, so never two at a time. */
        private void send(ConfigResponse response) {
            try {
                call.onNext(response);
            } catch (RuntimeException e) {
                // The stream has ended; its end is on the way to the hub.
            }
        }

        private void replaced(String reason) {
            // The hub has let go of this stream already and sends nothing more on it.
            close(Status.ABORTED.withDescription(reason));
        }

        private void fail(Status status) {
            onGone(false);
            close(status);
        }

        private void close(Status status) {
            try {
                call.onError(status.asRuntimeException());
            } catch (IllegalStateException e) {
                // It has ended meanwhile, which is all that was wanted.
            }
        }

        void onReady() {
            if (stream != null) {
                stream.onReady();
            }
        }

        void onGone(boolean goodbye) {
            if (stream != null) {
                stream.onClosed(goodbye);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            onGone(false);
        }

        @Override
        public void onCompleted() {
            onGone(true);
            try {
                call.onCompleted();
            } catch (IllegalStateException e) {
                // It has ended meanwhile, which is all that was wanted.
            }
        }
    }
}
