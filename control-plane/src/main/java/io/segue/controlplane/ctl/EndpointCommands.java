package io.segue.controlplane.ctl;

import io.segue.controlplane.api.rest.Documents;
import io.segue.proto.v1.CreateEndpointRequest;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.ListEndpointsRequest;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Databases that Segue can reach. */
@Command(
        name = "endpoint",
        aliases = "endpoints",
        synopsisSubcommandLabel = "COMMAND",
        description = "Databases that Segue can reach.")
final class EndpointCommands {
    private final Ctl ctl;

    EndpointCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(description = "Lists all.")
    int list() throws IOException {
        return ctl.call(remote -> ctl.output()
                .list(
                        Documents.list(
                                remote.catalog()
                                        .listEndpoints(ListEndpointsRequest.getDefaultInstance())
                                        .getEndpointsList(),
                                Documents::of),
                        "id",
                        "kind",
                        "config.host|config.write_conn.host",
                        "config.port|config.write_conn.port",
                        "description"));
    }

    @Command(description = "Shows one.")
    int get(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.catalog()
                        .getEndpoint(GetByIdRequest.newBuilder().setId(id).build()))));
    }

    @Command(
            description = {
                "Makes one from a file with the JSON of POST /api/v1/endpoints.",
                "Passwords belong there, not on a command line that others can see."
            })
    int create(
            @Option(
                            names = {"-f", "--file"},
                            required = true,
                            paramLabel = "FILE",
                            description = "The JSON; - is the standard input.")
                    Path file)
            throws IOException {
        byte[] body = ctl.read(file);
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.catalog()
                        .createEndpoint(CreateEndpointRequest.newBuilder()
                                .setEndpoint(Documents.endpoint(body))
                                .build()))));
    }

    @Command(description = "Removes one that nothing uses.")
    int delete(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .done(
                        Documents.of(remote.catalog()
                                .deleteEndpoint(
                                        GetByIdRequest.newBuilder().setId(id).build())),
                        "endpoint " + id + " deleted"));
    }
}
