package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.segue.controlplane.service.ApiService;
import io.segue.controlplane.service.MigrationService;

/** Templates and APIs. */
final class ApiRoutes {
    private final ApiService apis;
    private final MigrationService migrations;

    ApiRoutes(ApiService apis, MigrationService migrations) {
        this.apis = apis;
        this.migrations = migrations;
    }

    void add(Javalin routes) {
        routes.post("/api/v1/templates", this::createTemplate, Need.ADMIN);
        routes.get("/api/v1/templates", this::templates, Need.READ);
        routes.get("/api/v1/templates/{id}", this::template, Need.READ);
        routes.delete("/api/v1/templates/{id}", this::deleteTemplate, Need.ADMIN);
        routes.post("/api/v1/apis", this::createApi, Need.ADMIN);
        routes.get("/api/v1/apis", this::apis, Need.READ);
        routes.get("/api/v1/apis/{id}", this::api, Need.READ);
        routes.delete("/api/v1/apis/{id}", this::deleteApi, Need.ADMIN);
        routes.post("/api/v1/migrations/{id}/api/{api}", this::addApi, Need.ADMIN);
    }

    private void createTemplate(Context context) {
        Exchange.created(context, ApiWriter.write(apis.createTemplate(ApiReader.template(Exchange.body(context)))));
    }

    private void templates(Context context) {
        Exchange.ok(context, Exchange.list(apis.templates(), ApiWriter::write));
    }

    private void template(Context context) {
        Exchange.ok(context, ApiWriter.write(apis.template(context.pathParam("id"))));
    }

    private void deleteTemplate(Context context) {
        apis.deleteTemplate(context.pathParam("id"));
        Exchange.ok(context, Json.object());
    }

    private void createApi(Context context) {
        Exchange.created(context, ApiWriter.write(apis.createApi(ApiReader.api(Exchange.body(context)))));
    }

    private void apis(Context context) {
        Exchange.ok(context, Exchange.list(apis.apis(), ApiWriter::write));
    }

    private void api(Context context) {
        Exchange.ok(context, ApiWriter.write(apis.api(context.pathParam("id"))));
    }

    private void deleteApi(Context context) {
        ObjectNode json = Json.object();
        json.set("rollout", MigrationWriter.write(apis.deleteApi(context.pathParam("id"))));
        Exchange.ok(context, json);
    }

    private void addApi(Context context) {
        Exchange.ok(
                context,
                MigrationWriter.write(migrations.addApi(
                        Exchange.caller(context),
                        ApiReader.addApi(context.pathParam("id"), context.pathParam("api"), Exchange.body(context)))));
    }
}
