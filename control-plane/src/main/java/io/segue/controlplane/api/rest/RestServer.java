package io.segue.controlplane.api.rest;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.security.RouteRole;
import io.segue.controlplane.api.tls.ServerTls;
import io.segue.controlplane.service.Access;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.Bearer;
import io.segue.controlplane.service.Code;
import io.segue.controlplane.service.Failures;
import io.segue.controlplane.service.Identity;
import io.segue.controlplane.service.ServiceException;
import io.segue.controlplane.service.Services;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;

/** The REST port: routes, tokens and the shape of errors. */
public final class RestServer implements AutoCloseable {
    private final Javalin javalin;
    private final EventRoutes events;

    private RestServer(Javalin javalin, EventRoutes events) {
        this.javalin = javalin;
        this.events = events;
    }

    /**
     * Binds and serves.
     *
     * @param tls absent: plain text
     * @param audit where calls are written down
     * @param answered is told the status of every reply
     */
    public static RestServer start(
            InetSocketAddress address,
            Optional<ServerTls> tls,
            Services services,
            AuditLog audit,
            IntConsumer answered) {
        Javalin javalin = Javalin.create(config -> configure(config, address, tls));
        AuditRoutes audits = new AuditRoutes(audit);
        EventRoutes events = new EventRoutes(services);
        javalin.beforeMatched(context -> authenticate(context, services));
        routes(services, events, audits).register(javalin);
        javalin.after(audits::answered);
        javalin.after(context -> answered.accept(context.statusCode()));
        javalin.exception(HttpResponseException.class, RestServer::refused);
        javalin.exception(Exchange.BodyTooLargeException.class, (e, context) -> {
            // What was not read would be taken for the next request.
            context.header("Connection", "close");
            Exchange.failure(context, 413, "too_large", String.valueOf(e.getMessage()), Map.of());
        });
        javalin.exception(Exception.class, RestServer::failed);
        javalin.start();
        return new RestServer(javalin, events);
    }

    /** All routes, with the document that describes them. */
    static RouteTable routes(Services services, EventRoutes events, AuditRoutes audits) {
        RouteTable routes = new RouteTable();
        new CatalogRoutes(services).add(routes);
        new MigrationRoutes(services).add(routes);
        new SteeringRoutes(services).add(routes);
        new MovementRoutes(services.movement()).add(routes);
        new ApiRoutes(services.apis(), services.migrations()).add(routes);
        events.add(routes);
        audits.add(routes);
        for (String path : List.of("/api/v1/openapi.json", "/openapi.json")) {
            routes.get(
                            path,
                            context -> Exchange.raw(
                                    context,
                                    OpenApi.document(
                                            routes.all(),
                                            services.fleet().version().getRelease())),
                            Need.OPEN)
                    .says("This document.")
                    .gives("application/json");
        }
        return routes;
    }

    private static void configure(JavalinConfig config, InetSocketAddress address, Optional<ServerTls> tls) {
        config.jetty.modifyServer(server -> server.setErrorHandler(new JsonErrors()));
        config.jetty.addConnector((server, http) -> connector(server, http, address, tls));
        configure(config);
    }

    private static Connector connector(
            Server server, HttpConfiguration http, InetSocketAddress address, Optional<ServerTls> tls) {
        ServerConnector connector;
        if (tls.isPresent()) {
            HttpConfiguration secure = new HttpConfiguration(http);
            // Clients that connect to an address send no name that could be compared.
            secure.addCustomizer(new SecureRequestCustomizer(false));
            connector = new ServerConnector(
                    server,
                    new SslConnectionFactory(tls.get().sslContextFactory(), "http/1.1"),
                    new HttpConnectionFactory(secure));
        } else {
            connector = new ServerConnector(server, new HttpConnectionFactory(http));
        }
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        return connector;
    }

    private static void configure(JavalinConfig config) {
        config.showJavalinBanner = false;
        config.useVirtualThreads = false;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        config.router.ignoreTrailingSlashes = true;
        config.startupWatcherEnabled = false;
    }

    private static void authenticate(Context context, Services services) {
        Access access = Access.OPEN;
        for (RouteRole role : context.routeRoles()) {
            if (role instanceof Need need) {
                access = need.access();
            }
        }
        if (access == Access.OPEN) {
            return;
        }
        Identity caller = Bearer.identify(services.tokens(), context.header("Authorization"));
        caller.require(access);
        Exchange.caller(context, caller);
    }

    private static void failed(Exception thrown, Context context) {
        ServiceException failure = Failures.of(thrown);
        if (failure.code() == Code.UNAUTHENTICATED) {
            context.header("WWW-Authenticate", "Bearer");
        }
        Exchange.failure(
                context,
                status(failure.code()),
                failure.code().apiName(),
                String.valueOf(failure.getMessage()),
                failure.details());
    }

    private static void refused(HttpResponseException thrown, Context context) {
        int status = thrown.getStatus();
        String where = context.method() + " " + context.path();
        switch (status) {
            case 404 -> Exchange.failure(context, 404, "not_found", where + ": there is no such route", Map.of());
            case 405 -> {
                String allowed = thrown.getDetails().getOrDefault("availableMethods", "");
                context.header("Allow", allowed);
                Exchange.failure(context, 405, "method_not_allowed", where + " (expected: " + allowed + ")", Map.of());
            }
            default ->
                Exchange.failure(
                        context,
                        status,
                        "http_" + status,
                        String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT),
                        Map.of());
        }
    }

    private static int status(Code code) {
        return switch (code) {
            case INVALID_ARGUMENT -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, CONFLICT, STALE_REVISION -> 409;
            case NOT_SUPPORTED -> 422;
            case BUSY -> 429;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
    }

    /** The port that was bound. */
    public int port() {
        return javalin.port();
    }

    /** Stops after the requests that are being served. */
    @Override
    public void close() {
        events.close();
        javalin.stop();
    }
}
