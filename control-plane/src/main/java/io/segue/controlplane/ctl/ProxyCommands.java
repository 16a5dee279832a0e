package io.segue.controlplane.ctl;

import io.segue.controlplane.api.rest.Documents;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.ListProxiesRequest;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Data-plane processes. */
@Command(
        name = "proxy",
        aliases = "proxies",
        synopsisSubcommandLabel = "COMMAND",
        description = "Data-plane processes that have registered.")
final class ProxyCommands {
    private final Ctl ctl;

    ProxyCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(description = "Lists all, with the configuration they run and should run.")
    int list() throws IOException {
        return ctl.call(remote -> ctl.output()
                .list(
                        Documents.list(
                                remote.catalog()
                                        .listProxies(ListProxiesRequest.getDefaultInstance())
                                        .getProxiesList(),
                                Documents::of),
                        "id",
                        "connected",
                        "acked_version",
                        "target_version",
                        "last_seen",
                        "region",
                        "instance",
                        "release"));
    }

    @Command(description = "Strikes off the list a proxy that is gone for good. Refused while it is connected.")
    int forget(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .done(
                        Documents.of(remote.catalog()
                                .deleteProxy(
                                        GetByIdRequest.newBuilder().setId(id).build())),
                        "proxy " + id + " forgotten"));
    }
}
