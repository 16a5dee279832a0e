package io.segue.controlplane.api.rest;

import io.javalin.Javalin;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.List;

/** All routes. The server serves what stands here, and {@link OpenApi} describes it. */
final class RouteTable {
    private final List<Route> routes = new ArrayList<>();

    Route get(String path, Handler handler, Need need) {
        return add(HandlerType.GET, path, handler, need);
    }

    Route post(String path, Handler handler, Need need) {
        return add(HandlerType.POST, path, handler, need);
    }

    Route patch(String path, Handler handler, Need need) {
        return add(HandlerType.PATCH, path, handler, need);
    }

    Route delete(String path, Handler handler, Need need) {
        return add(HandlerType.DELETE, path, handler, need);
    }

    private Route add(HandlerType method, String path, Handler handler, Need need) {
        Route route = new Route(method, path, handler, need);
        routes.add(route);
        return route;
    }

    List<Route> all() {
        return List.copyOf(routes);
    }

    void register(Javalin server) {
        for (Route route : routes) {
            server.addHttpHandler(route.method(), route.path(), route.handler(), route.need());
        }
    }
}
