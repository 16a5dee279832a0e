package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.segue.controlplane.service.Services;
import io.segue.proto.v1.CreateTokenRequest;
import io.segue.proto.v1.InterlayReply;

/** Endpoints, interlays, proxies, tokens and the version. */
final class CatalogRoutes {
    private final Services services;

    CatalogRoutes(Services services) {
        this.services = services;
    }

    void add(RouteTable routes) {
        routes.post("/api/v1/endpoints", this::createEndpoint, Need.ADMIN)
                .says("Makes an endpoint: a database that Segue can reach.")
                .takes("EndpointCreate")
                .gives(201, "Endpoint");
        routes.get("/api/v1/endpoints", this::endpoints, Need.READ)
                .says("All endpoints.")
                .gives("Endpoint[]");
        routes.get("/api/v1/endpoints/{id}", this::endpoint, Need.READ)
                .says("One endpoint, without its passwords.")
                .gives("Endpoint");
        routes.delete("/api/v1/endpoints/{id}", this::deleteEndpoint, Need.ADMIN)
                .says("Removes an endpoint that nothing uses.")
                .gives("Nothing");
        routes.post("/api/v1/interlays", this::createInterlay, Need.ADMIN)
                .says("Makes an interlay: a listener that applications connect to.")
                .takes("InterlayCreate")
                .gives(201, "Interlay");
        routes.get("/api/v1/interlays", this::interlays, Need.READ)
                .says("All interlays.")
                .gives("Interlay[]");
        routes.get("/api/v1/interlays/{id}", this::interlay, Need.READ)
                .says("One interlay.")
                .gives("Interlay");
        routes.get("/api/v1/interlays/{id}/census", this::census, Need.READ)
                .says("What its clients used in the last 24 hours, over all proxies.")
                .gives("Census");
        routes.patch("/api/v1/interlays/{id}", this::updateInterlay, Need.ADMIN)
                .says("Changes the description or the labels of an interlay.")
                .ifMatch()
                .takes("InterlayUpdate")
                .gives("Interlay");
        routes.delete("/api/v1/interlays/{id}", this::deleteInterlay, Need.ADMIN)
                .says("Removes an interlay that no migration uses; the proxies stop listening.")
                .gives("Deleted");
        routes.get("/api/v1/proxies", this::proxies, Need.READ)
                .says("All known proxies.")
                .gives("Proxy[]");
        routes.delete("/api/v1/proxies/{id}", this::forgetProxy, Need.ADMIN)
                .says("Forgets a proxy that is gone for good.")
                .gives("Nothing");
        routes.post("/api/v1/tokens", this::createToken, Need.ADMIN)
                .says("Makes a token; its secret is shown this once.")
                .takes("TokenCreate")
                .gives(201, "TokenMade");
        routes.get("/api/v1/tokens", this::tokens, Need.ADMIN)
                .says("All tokens, without secrets.")
                .gives("Token[]");
        routes.delete("/api/v1/tokens/{id}", this::deleteToken, Need.ADMIN)
                .says("Revokes a token.")
                .gives("Nothing");
        routes.get("/api/v1/version", this::version, Need.OPEN)
                .says("The release of the control plane.")
                .gives("Version");
    }

    private void createEndpoint(Context context) {
        Exchange.created(
                context,
                CatalogWriter.write(services.catalog().createEndpoint(CatalogReader.endpoint(Exchange.body(context)))));
    }

    private void endpoints(Context context) {
        Exchange.ok(context, Exchange.list(services.catalog().endpoints(), CatalogWriter::write));
    }

    private void endpoint(Context context) {
        Exchange.ok(context, CatalogWriter.write(services.catalog().endpoint(context.pathParam("id"))));
    }

    private void deleteEndpoint(Context context) {
        services.catalog().deleteEndpoint(context.pathParam("id"));
        Exchange.ok(context, Json.object());
    }

    private void createInterlay(Context context) {
        InterlayReply reply = services.catalog().createInterlay(CatalogReader.interlay(Exchange.body(context)));
        Exchange.created(context, CatalogWriter.write(reply));
    }

    private void updateInterlay(Context context) {
        InterlayReply reply = services.catalog()
                .updateInterlay(CatalogReader.updateInterlay(
                        context.pathParam("id"), Exchange.ifMatch(context), Exchange.body(context)));
        Exchange.ok(context, CatalogWriter.write(reply));
    }

    private void interlays(Context context) {
        Exchange.ok(context, Exchange.list(services.catalog().interlays(), CatalogWriter::write));
    }

    private void interlay(Context context) {
        Exchange.ok(context, CatalogWriter.write(services.catalog().interlay(context.pathParam("id"))));
    }

    private void census(Context context) {
        Exchange.ok(context, CensusWriter.write(services.census().of(context.pathParam("id"))));
    }

    private void deleteInterlay(Context context) {
        ObjectNode json = Json.object();
        json.set("rollout", MigrationWriter.write(services.catalog().deleteInterlay(context.pathParam("id"))));
        Exchange.ok(context, json);
    }

    private void proxies(Context context) {
        Exchange.ok(context, Exchange.list(services.fleet().proxies(), CatalogWriter::write));
    }

    private void forgetProxy(Context context) {
        ObjectNode json = Json.object();
        json.set("rollout", MigrationWriter.write(services.fleet().evict(context.pathParam("id"))));
        Exchange.ok(context, json);
    }

    private void createToken(Context context) {
        CreateTokenRequest request = CatalogReader.token(Exchange.body(context));
        Exchange.created(context, CatalogWriter.write(services.tokens().create(request)));
    }

    private void tokens(Context context) {
        Exchange.ok(context, Exchange.list(services.tokens().list(), CatalogWriter::write));
    }

    private void deleteToken(Context context) {
        services.tokens().delete(context.pathParam("id"));
        Exchange.ok(context, Json.object());
    }

    private void version(Context context) {
        Exchange.ok(context, CatalogWriter.write(services.fleet().version()));
    }
}
