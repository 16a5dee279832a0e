package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.api.rest.Documents;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.CreateInterlayRequest;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.ListInterlaysRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Listeners that applications connect to. */
@Command(
        name = "interlay",
        aliases = "interlays",
        synopsisSubcommandLabel = "COMMAND",
        description = "Listeners that applications connect to.")
final class InterlayCommands {
    private final Ctl ctl;

    InterlayCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(description = "Lists all.")
    int list() throws IOException {
        return ctl.call(remote -> ctl.output()
                .list(
                        Documents.list(
                                remote.catalog()
                                        .listInterlays(ListInterlaysRequest.getDefaultInstance())
                                        .getInterlaysList(),
                                Documents::of),
                        "id",
                        "endpoint",
                        "bind",
                        "port",
                        "description"));
    }

    @Command(description = "Shows one.")
    int get(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.catalog()
                        .getInterlay(GetByIdRequest.newBuilder().setId(id).build()))));
    }

    @Command(
            description =
                    "Makes one, and has every proxy listen. From flags, or from a file with the JSON of POST /api/v1/interlays.")
    int create(
            @Parameters(paramLabel = "ID", arity = "0..1", description = "Its id; with --endpoint and --port.")
                    @Nullable
                    String id,
            @Option(names = "--endpoint", paramLabel = "ID", description = "What it points at.") @Nullable
                    String endpoint,
            @Option(names = "--port", paramLabel = "PORT", description = "Where proxies listen.") @Nullable
                    Integer port,
            @Option(names = "--bind", paramLabel = "ADDRESS", description = "Which address proxies listen on.")
                    @Nullable
                    String bind,
            @Option(
                            names = {"-f", "--file"},
                            paramLabel = "FILE",
                            description = "The JSON; - is the standard input.")
                    @Nullable
                    Path file)
            throws IOException {
        if ((file == null) == (id == null)) {
            throw new InvalidFieldException("ID", id == null ? "nothing" : id, "either an id or --file");
        }
        byte[] body = file == null ? Documents.bytes(document(id, endpoint, port, bind)) : ctl.read(file);
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.catalog()
                        .createInterlay(CreateInterlayRequest.newBuilder()
                                .setInterlay(Documents.interlay(body))
                                .build()))));
    }

    private static ObjectNode document(
            @Nullable String id, @Nullable String endpoint, @Nullable Integer port, @Nullable String bind) {
        ObjectNode json =
                Documents.object().put("id", id).put("endpoint", endpoint).put("port", port);
        return bind == null ? json : json.put("bind", bind);
    }

    @Command(description = "Removes one that no migration uses; the proxies stop listening.")
    int delete(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .done(
                        Documents.of(remote.catalog()
                                .deleteInterlay(
                                        GetByIdRequest.newBuilder().setId(id).build())),
                        "interlay " + id + " deleted"));
    }
}
