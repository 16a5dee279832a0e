package io.segue.controlplane.api.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.segue.controlplane.service.Watches.Watcher;
import io.segue.proto.v1.MigrationNews;

/** A caller who watches a migration. A caller who has hung up is told nothing, and nobody minds. */
final class NewsCaller implements Watcher {
    private final ServerCallStreamObserver<MigrationNews> call;

    NewsCaller(ServerCallStreamObserver<MigrationNews> call) {
        this.call = call;
    }

    @Override
    public boolean isReady() {
        return call.isReady();
    }

    @Override
    public void news(MigrationNews news) {
        if (!call.isCancelled()) {
            call.onNext(news);
        }
    }

    @Override
    public void ended() {
        if (!call.isCancelled()) {
            call.onCompleted();
        }
    }

    @Override
    public void failed(RuntimeException thrown) {
        if (!call.isCancelled()) {
            call.onError(GrpcFailures.of(thrown));
        }
    }
}
