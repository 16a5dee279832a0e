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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        Map<String, Held<Api>> before = new LinkedHashMap<>();
        Map<String, Api.Builder> after = new LinkedHashMap<>();
        for (MigrationInterlay moved : migration.getInterlaysList()) {
            if (!moved.hasApi()) {
                continue;
            }
            String id = moved.getApi().getApi();
            Held<Api> held = before.computeIfAbsent(id, records::api);
            Api.Builder next = after.computeIfAbsent(id, missing -> held.value().toBuilder());
            for (int i = 0; i < next.getBindingsCount(); i++) {
                if (ApiService.interlayOf(id, i).equals(moved.getInterlay())) {
                    next.setBindings(i, moved.getApi().getBinding());
                }
            }
        }
        List<Change> changes = new ArrayList<>();
        after.forEach((id, next) -> changes.add(Change.replace(
                before.get(id).record(),
                next.setUpdatedAt(Times.of(clock.instant()))
                        .clearRevision()
                        .build()
                        .toByteString())));
        return changes;
    }
}
