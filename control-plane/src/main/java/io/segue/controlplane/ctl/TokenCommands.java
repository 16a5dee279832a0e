package io.segue.controlplane.ctl;

import io.segue.controlplane.api.rest.Documents;
import io.segue.proto.v1.CreateTokenReply;
import io.segue.proto.v1.CreateTokenRequest;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.ListTokensRequest;
import io.segue.proto.v1.Role;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Bearer tokens. */
@Command(
        name = "token",
        aliases = "tokens",
        synopsisSubcommandLabel = "COMMAND",
        description = "Bearer tokens of operators, programs and proxies.")
final class TokenCommands {
    private final Ctl ctl;

    TokenCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    /** What a token may do. */
    enum TokenRole {
        READ(Role.ROLE_READ),
        ADMIN(Role.ROLE_ADMIN),
        PROXY(Role.ROLE_PROXY);

        private final Role role;

        TokenRole(Role role) {
            this.role = role;
        }
    }

    @Command(description = "Lists all, without their secrets.")
    int list() throws IOException {
        return ctl.call(remote -> ctl.output()
                .list(
                        Documents.list(
                                remote.catalog()
                                        .listTokens(ListTokensRequest.getDefaultInstance())
                                        .getTokensList(),
                                Documents::of),
                        "id",
                        "role",
                        "created_at"));
    }

    @Command(description = "Makes one, and prints its secret: the only time that it is shown.")
    int create(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--role", required = true, paramLabel = "read|admin|proxy", description = "What it may do.")
                    TokenRole role)
            throws IOException {
        return ctl.call(remote -> {
            CreateTokenReply reply = remote.catalog()
                    .createToken(CreateTokenRequest.newBuilder()
                            .setId(id)
                            .setRole(role.role)
                            .build());
            return ctl.output().done(Documents.of(reply), reply.getSecret());
        });
    }

    @Command(description = "Takes one out of force at once.")
    int revoke(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .done(
                        Documents.of(remote.catalog()
                                .deleteToken(
                                        GetByIdRequest.newBuilder().setId(id).build())),
                        "token " + id + " revoked"));
    }
}
