package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.api.rest.Documents;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.AddInterlayRequest;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.DeleteMigrationRequest;
import io.segue.proto.v1.GetMigrationRequest;
import io.segue.proto.v1.ListEventsRequest;
import io.segue.proto.v1.ListMigrationsRequest;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Migrations: making them, changing them, looking at them. */
@Command(
        name = "migration",
        aliases = "migrations",
        synopsisSubcommandLabel = "COMMAND",
        description = "Migrations from one database to another.")
final class MigrationCommands extends SteeringCommands {
    MigrationCommands(Ctl ctl) {
        super(ctl);
    }

    @Command(description = "Lists all.")
    public int list() throws IOException {
        return ctl.call(remote -> ctl.output()
                .list(
                        Documents.list(
                                remote.migrations()
                                        .listMigrations(ListMigrationsRequest.getDefaultInstance())
                                        .getMigrationsList(),
                                Documents::of),
                        "id",
                        "status",
                        "strategy.type",
                        "updated_at",
                        "status_reason"));
    }

    @Command(description = "Shows one.")
    public int get(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .getMigration(GetMigrationRequest.newBuilder().setId(id).build())
                        .getMigration())));
    }

    @Command(
            description =
                    "Makes one: from flags, or from a file with the JSON of the guide. It moves nothing until it is started.")
    public int create(
            @Parameters(paramLabel = "ID", arity = "0..1", description = "Its id.") @Nullable String id,
            @Option(names = "--description", paramLabel = "TEXT") @Nullable String description,
            @Mixin StrategyOptions strategy,
            @Option(names = "--data", paramLabel = "MOVEMENT", description = "none, snapshot or scan.") @Nullable
                    String data,
            @Option(
                            names = "--replace",
                            paramLabel = "RULE",
                            description = "What stands on NEW already: none (kept), replace or merge.")
                    @Nullable
                    String replace,
            @Option(
                            names = "--failure-handling",
                            paramLabel = "HANDLING",
                            description = "rollback_all, retry_then_all or allow_partial.")
                    @Nullable
                    String failureHandling,
            @Option(names = "--retry-count", paramLabel = "N", description = "retry_then_all: how often.") @Nullable
                    Integer retryCount,
            @Option(
                            names = {"-f", "--file"},
                            paramLabel = "FILE",
                            description = "The JSON of POST /api/v1/migrations; - is the standard input.")
                    @Nullable
                    Path file)
            throws IOException {
        if ((file == null) == (id == null)) {
            throw new InvalidFieldException("ID", id == null ? "nothing" : id, "either an id or --file");
        }
        byte[] body;
        if (file == null) {
            ObjectNode json = Documents.object().put("id", id);
            StrategyOptions.text(json, "description", description);
            if (strategy.given()) {
                json.set("strategy", strategy.document());
            }
            if (data != null || replace != null) {
                ObjectNode movement = json.putObject("data");
                StrategyOptions.text(movement, "type", data);
                StrategyOptions.text(movement, "replace", replace);
            }
            if (failureHandling != null || retryCount != null) {
                ObjectNode handling = json.putObject("failure_handling");
                StrategyOptions.text(handling, "type", failureHandling);
                if (retryCount != null) {
                    handling.put("retry_count", retryCount);
                }
            }
            body = Documents.bytes(json);
        } else {
            body = ctl.read(file);
        }
        CreateMigrationRequest request = Documents.createMigration(body);
        return ctl.call(
                remote -> ctl.output().one(Documents.of(remote.migrations().createMigration(request))));
    }

    @Command(
            description =
                    "Gives it another strategy or description; a running migration takes the strategy to the proxies.")
    public int update(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--description", paramLabel = "TEXT") @Nullable String description,
            @Mixin StrategyOptions strategy,
            @Option(
                            names = "--if-revision",
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "Only if it is still at this revision.")
                    long revision,
            @Option(names = "--force", description = "Do it although the refusal says what is lost.") boolean force,
            @Option(
                            names = {"-f", "--file"},
                            paramLabel = "FILE",
                            description = "The JSON of PATCH /api/v1/migrations/{id}; - is the standard input.")
                    @Nullable
                    Path file)
            throws IOException {
        byte[] body;
        if (file == null) {
            ObjectNode json = Documents.object();
            StrategyOptions.text(json, "description", description);
            if (strategy.given()) {
                json.set("strategy", strategy.document());
            }
            body = Documents.bytes(json);
        } else {
            body = ctl.read(file);
        }
        UpdateMigrationRequest.Builder request = Documents.updateMigration(id, revision, body).toBuilder();
        if (force) {
            request.setForce(true);
        }
        return ctl.call(
                remote -> ctl.output().one(Documents.of(remote.migrations().updateMigration(request.build()))));
    }

    @Command(name = "add-interlay", description = "Says that an interlay moves, and where to.")
    public int addInterlay(
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "INTERLAY") String interlay,
            @Option(names = "--endpoint", required = true, paramLabel = "ID", description = "NEW.") String endpoint)
            throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .addInterlay(AddInterlayRequest.newBuilder()
                                .setMigrationId(id)
                                .setInterlay(interlay)
                                .setEndpoint(endpoint)
                                .build()))));
    }

    @Command(description = "Removes one that does not route traffic, with its history.")
    public int delete(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> {
            remote.migrations()
                    .deleteMigration(
                            DeleteMigrationRequest.newBuilder().setId(id).build());
            return ctl.output().done(Documents.object(), "migration " + id + " deleted");
        });
    }

    @Command(description = "What happened to it, oldest first.")
    public int events(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .list(
                        Documents.list(
                                remote.migrations()
                                        .listEvents(ListEventsRequest.newBuilder()
                                                .setId(id)
                                                .build())
                                        .getEventsList(),
                                Documents::of),
                        "at",
                        "actor",
                        "event",
                        "from",
                        "to",
                        "reason"));
    }
}
