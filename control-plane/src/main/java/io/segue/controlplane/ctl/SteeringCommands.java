package io.segue.controlplane.ctl;

import com.google.protobuf.ByteString;
import io.segue.controlplane.api.rest.Documents;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.ExplainRequest;
import io.segue.proto.v1.GetMigrationRequest;
import io.segue.proto.v1.RollbackInterlayRequest;
import io.segue.proto.v1.ToggleRequest;
import io.segue.proto.v1.UpdateTrafficRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What steers a migration that runs, and what tells where its traffic goes. */
@Command
abstract class SteeringCommands extends LifecycleCommands {
    SteeringCommands(Ctl ctl) {
        super(ctl);
    }

    @Command(description = "Gives a canary another share of the reads.")
    public int traffic(
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "SHARE", description = "0.0 to 1.0.") double share,
            @Mixin Why why)
            throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .updateTraffic(UpdateTrafficRequest.newBuilder()
                                .setId(id)
                                .setReadPercentage(share)
                                .setReason(why.reason())
                                .setForce(why.force())
                                .build()))));
    }

    @Command(description = "Makes the other side of a blue-green migration the active one.")
    public int toggle(
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "old|new", description = "Which side is to be active.") String side,
            @Mixin Why why)
            throws IOException {
        if (!side.equals("old") && !side.equals("new")) {
            throw new InvalidFieldException("old|new", side, "old or new");
        }
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .toggle(ToggleRequest.newBuilder()
                                .setId(id)
                                .setActivateNew(side.equals("new"))
                                .setReason(why.reason())
                                .setForce(why.force())
                                .build()))));
    }

    @Command(name = "rollback-interlay", description = "Takes one interlay back to OLD; the others go on.")
    public int rollbackInterlay(
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "INTERLAY") String interlay,
            @Mixin Why why)
            throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .rollbackInterlay(RollbackInterlayRequest.newBuilder()
                                .setId(id)
                                .setInterlay(interlay)
                                .setReason(why.reason())
                                .setForce(why.force())
                                .build()))));
    }

    @Command(description = "Where an operation would go, and why.")
    public int explain(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--key", paramLabel = "KEY") @Nullable String key,
            @Option(names = "--command", paramLabel = "NAME", defaultValue = "") String command,
            @Option(
                            names = "--user",
                            paramLabel = "USER",
                            defaultValue = "",
                            description = "Who the client logged in as.")
                    String user,
            @Option(names = "--client", paramLabel = "NAME", defaultValue = "", description = "The client's name.")
                    String client,
            @Option(names = "--region", paramLabel = "R", defaultValue = "", description = "Region of the proxy.")
                    String region,
            @Option(names = "--instance", paramLabel = "I", defaultValue = "", description = "Instance of the proxy.")
                    String instance,
            @Option(names = "--interlay", paramLabel = "ID", defaultValue = "") String interlay)
            throws IOException {
        ExplainRequest.Builder request = ExplainRequest.newBuilder()
                .setId(id)
                .setCommand(command)
                .setUser(user)
                .setClient(client)
                .setRegion(region)
                .setInstance(instance)
                .setInterlay(interlay);
        if (key != null) {
            request.setKey(ByteString.copyFromUtf8(key));
        }
        return ctl.call(
                remote -> ctl.output().one(Documents.of(remote.migrations().explain(request.build()))));
    }

    @Command(description = "What the guardrails see: NEW against OLD, over all proxies.")
    public int guardrails(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .getGuardrails(
                                GetMigrationRequest.newBuilder().setId(id).build()))));
    }
}
