package io.segue.proxy.config;

import io.segue.core.labels.Labelling;
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
 * @param login what clients must log in with
 * @param plan present while a migration moves it
 * @param labelling what its operations are for
 * @param prepared present while a change is being prepared
 * @param acceptDivergence whether an operator has demanded this state even if the two sides of a migration that ends are not equal
 */
public record InterlaySpec(
        String id,
        String bind,
        int port,
        EndpointSpec endpoint,
        ClientLogin login,
        Labelling labelling,
        @Nullable PlanSpec plan,
        boolean acceptDivergence,
        @Nullable PreparedSpec prepared) {
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

    /** Its operations have no labels of their own. */
    public InterlaySpec(
            String id,
            String bind,
            int port,
            EndpointSpec endpoint,
            ClientLogin login,
            @Nullable PlanSpec plan,
            boolean acceptDivergence,
            @Nullable PreparedSpec prepared) {
        this(id, bind, port, endpoint, login, Labelling.NONE, plan, acceptDivergence, prepared);
    }

    /** Clients log in with what the endpoint itself asks of them. */
    public InterlaySpec(
            String id,
            String bind,
            int port,
            EndpointSpec endpoint,
            @Nullable PlanSpec plan,
            boolean acceptDivergence) {
        this(id, bind, port, endpoint, ClientLogin.of(endpoint.write()), plan, acceptDivergence, null);
    }

    /** As asked for by nobody in particular: clients log in with what the endpoint itself asks of them. */
    public InterlaySpec(String id, String bind, int port, EndpointSpec endpoint, @Nullable PlanSpec plan) {
        this(id, bind, port, endpoint, plan, false);
    }

    /**
     * A user and a password.
     *
     * @param username empty: the default user
     * @param password empty: no login needed; never shown
     */
    public record ClientLogin(String username, String password) {
        /** What {@code server} itself asks for. */
        public static ClientLogin of(ServerAddress server) {
            return new ClientLogin(server.username(), server.password());
        }

        @Override
        public String toString() {
            return "ClientLogin[username=" + username + "]";
        }
    }

    /**
     * What an interlay will be like if a change is decided.
     *
     * @param endpoint what it will use without a migration; OLD within one
     * @param plan present if a migration will move it
     * @param acceptDivergence as in {@link InterlaySpec}
     * @param hold whether the work on keys that move waits from now on; else it is only made ready for
     * @param holdLimitMs how long work may wait, in milliseconds; above 0 where {@code hold} is true
     */
    public record PreparedSpec(
            EndpointSpec endpoint, @Nullable PlanSpec plan, boolean acceptDivergence, boolean hold, long holdLimitMs) {
        public PreparedSpec {
            if (hold && holdLimitMs < 1) {
                throw new InvalidFieldException("hold_limit_ms", holdLimitMs, "1 or more");
            }
        }
    }

    /** What work is held for, and null if none is: what it will be like if the change that is being prepared is decided. */
    public @Nullable InterlaySpec heldFor() {
        return prepared != null && prepared.hold() ? decided() : null;
    }

    /** What it will be like if the change that is being prepared is decided; itself if there is none. */
    public InterlaySpec decided() {
        return prepared == null
                ? this
                : new InterlaySpec(
                        id,
                        bind,
                        port,
                        prepared.endpoint(),
                        login,
                        labelling,
                        prepared.plan(),
                        prepared.acceptDivergence(),
                        null);
    }

    /** What it is like if that change does not happen. */
    public InterlaySpec undecided() {
        return prepared == null
                ? this
                : new InterlaySpec(id, bind, port, endpoint, login, labelling, plan, acceptDivergence, null);
    }

    /** The same interlay with another plan. */
    InterlaySpec withPlan(PlanSpec other) {
        return new InterlaySpec(id, bind, port, endpoint, login, labelling, other, acceptDivergence, prepared);
    }

    /** The same interlay, listening elsewhere. */
    public InterlaySpec listeningOn(String newBind, int newPort) {
        return new InterlaySpec(id, newBind, newPort, endpoint, login, labelling, plan, acceptDivergence, prepared);
    }
}
