package io.segue.proxy.config;

import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import org.jspecify.annotations.Nullable;

/**
 * A listener and what stands behind it.
 *
 * @param id its name
 * @param bind address to listen on; IPv6 without brackets
 * @param port 0 to 65535; 0, any free port, comes from {@code --listen} only
 * @param endpoint what it uses without a migration; OLD within one
 * @param plan present while a migration moves it
 */
public record InterlaySpec(
        String id,
        String bind,
        int port,
        EndpointSpec endpoint,
        @Nullable PlanSpec plan) {
    private static final int MAX_PORT = 65_535;

    public InterlaySpec {
        Check.id("id", id);
        Check.notEmpty("bind", bind);
        Check.range("port", port, 0, MAX_PORT);
        if (plan != null && !plan.newEndpoint().kind().equals(endpoint.kind())) {
            throw new InvalidFieldException(
                    "plan.new_endpoint.kind", plan.newEndpoint().kind(), endpoint.kind() + ", the kind of OLD");
        }
    }

    /** The same interlay, listening elsewhere. */
    public InterlaySpec listeningOn(String newBind, int newPort) {
        return new InterlaySpec(id, newBind, newPort, endpoint, plan);
    }
}
