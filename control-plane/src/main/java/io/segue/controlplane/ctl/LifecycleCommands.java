package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.api.rest.Documents;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationServiceGrpc.MigrationServiceBlockingStub;
import io.segue.proto.v1.TestMigrationReply;
import io.segue.proto.v1.TestMigrationRequest;
import java.io.IOException;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What moves a migration through its life. */
@Command
abstract class LifecycleCommands extends DataCommands {
    LifecycleCommands(Ctl ctl) {
        super(ctl);
    }

    /** What every such call can be given. */
    static final class Why {
        @Option(names = "--reason", paramLabel = "TEXT", defaultValue = "", description = "Kept with the event.")
        private String reason = "";

        @Option(names = "--force", description = "Do it although the refusal says what is lost or skipped.")
        private boolean force;

        String reason() {
            return reason;
        }

        boolean force() {
            return force;
        }

        MigrationCall call(String id) {
            return MigrationCall.newBuilder()
                    .setId(id)
                    .setReason(reason)
                    .setForce(force)
                    .build();
        }
    }

    @Command(
            description =
                    "Looks whether it could start, and changes nothing. Exit code 7 if something stands in the way.")
    public int test(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> {
            TestMigrationReply reply = remote.migrations()
                    .testMigration(TestMigrationRequest.newBuilder().setId(id).build());
            ObjectNode json = Documents.of(reply);
            if (ctl.output().json() || reply.getFindingsCount() == 0) {
                ctl.output().one(json);
            } else {
                Tables.rows(json.path("findings"), "severity", "code", "message", "mend")
                        .forEach(ctl.output().out()::println);
            }
            return reply.getValid() ? Exit.DONE : Exit.FINDINGS;
        });
    }

    @Command(
            description =
                    "Starts it. With data movement the strategy comes into force once the data has been copied: see watch.")
    public int migrate(@Parameters(paramLabel = "ID") String id, @Mixin Why why) throws IOException {
        return call(MigrationServiceBlockingStub::migrate, why.call(id));
    }

    @Command(description = "Ramps and data movement stand still; traffic keeps its split.")
    public int pause(@Parameters(paramLabel = "ID") String id, @Mixin Why why) throws IOException {
        return call(MigrationServiceBlockingStub::pause, why.call(id));
    }

    @Command(description = "Goes on after a pause.")
    public int resume(@Parameters(paramLabel = "ID") String id, @Mixin Why why) throws IOException {
        return call(MigrationServiceBlockingStub::resume, why.call(id));
    }

    @Command(description = "Ends it with everything on NEW.")
    public int complete(@Parameters(paramLabel = "ID") String id, @Mixin Why why) throws IOException {
        return call(MigrationServiceBlockingStub::complete, why.call(id));
    }

    @Command(description = "Takes everything back to OLD.")
    public int rollback(@Parameters(paramLabel = "ID") String id, @Mixin Why why) throws IOException {
        return call(MigrationServiceBlockingStub::rollback, why.call(id));
    }

    private int call(BiFunction<MigrationServiceBlockingStub, MigrationCall, MigrationReply> method, MigrationCall call)
            throws IOException {
        return ctl.call(remote -> ctl.output().one(Documents.of(method.apply(remote.migrations(), call))));
    }
}
