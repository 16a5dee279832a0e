package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.AddApiRequest;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.ApiMove;
import io.segue.proto.v1.Binding;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.Template;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** How APIs move: each of their bindings goes from a template on OLD to one with the same command on NEW. To be called within the turn. */
final class ApiMoves {
    private final Records records;
    private final ApiService apis;
    private final Clock clock;

    ApiMoves(Records records, ApiService apis, Clock clock) {
        this.records = records;
        this.apis = apis;
        this.clock = clock;
    }

    /**
     * What moves when an API is added to a migration, one for each of its bindings.
     *
     * @throws io.segue.core.validation.InvalidFieldException the bindings do not fit
     */
    List<MigrationInterlay> moves(AddApiRequest request) {
        Api api = records.api(request.getApi()).value();
        if (request.getBindingsCount() != api.getBindingsCount()) {
            throw new InvalidFieldException(
                    "bindings, number",
                    request.getBindingsCount(),
                    api.getBindingsCount() + ": one for each binding of API " + api.getId() + ", in its order");
        }
        List<MigrationInterlay> moves = new ArrayList<>();
        for (int i = 0; i < api.getBindingsCount(); i++) {
            String path = "bindings[" + i + "]";
            Binding to = request.getBindings(i);
            Template before = records.template(api.getBindings(i).getTemplate()).value();
            Template after = apis.bound(path, api, to);
            if (!before.getCommandList().equals(after.getCommandList())) {
                throw new InvalidFieldException(
                        path + ".template",
                        after.getId() + " with " + after.getCommandList(),
                        "the command of " + before.getId() + ", " + before.getCommandList() + ", on another endpoint");
            }
            moves.add(MigrationInterlay.newBuilder()
                    .setInterlay(ApiService.interlayOf(api.getId(), i))
                    .setOldEndpoint(before.getEndpoint())
                    .setNewEndpoint(after.getEndpoint())
                    .setApi(ApiMove.newBuilder()
                            .setApi(api.getId())
                            .setOldTemplate(before.getId())
                            .setBinding(to.toBuilder().setTemplate(after.getId())))
                    .build());
        }
        return moves;
    }

    /** What to store when a migration is completed: its APIs are bound to their new templates. */
    List<Change> completed(Migration migration) {
        List<Change> changes = new ArrayList<>();
        migration.getInterlaysList().stream()
                .filter(MigrationInterlay::hasApi)
                .map(moved -> moved.getApi().getApi())
                .distinct()
                .forEach(id -> changes.add(completed(migration, records.api(id))));
        return changes;
    }

    private Change completed(Migration migration, Held<Api> held) {
        Api.Builder next = held.value().toBuilder();
        for (int i = 0; i < next.getBindingsCount(); i++) {
            String interlay = ApiService.interlayOf(next.getId(), i);
            for (MigrationInterlay moved : Components.active(migration)) {
                if (moved.getInterlay().equals(interlay)) {
                    next.setBindings(i, moved.getApi().getBinding());
                }
            }
        }
        return Change.replace(
                held.record(),
                next.setUpdatedAt(Times.of(clock.instant()))
                        .clearRevision()
                        .build()
                        .toByteString());
    }
}
