package io.segue.controlplane.api.rest;

import io.javalin.security.RouteRole;
import io.segue.controlplane.service.Access;

/**
 * What a route needs, as the router carries it.
 *
 * @param access the right
 */
record Need(Access access) implements RouteRole {
    static final Need OPEN = new Need(Access.OPEN);
    static final Need READ = new Need(Access.READ);
    static final Need ADMIN = new Need(Access.ADMIN);
}
