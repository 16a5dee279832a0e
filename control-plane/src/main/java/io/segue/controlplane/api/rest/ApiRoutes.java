package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

    void add(RouteTable routes) {
        routes.post("/api/v1/templates", this::createTemplate, Need.ADMIN)
                .says("Makes a template: a command with places for values, on one endpoint.")
                .takes("TemplateCreate")
                .gives(201, "Template");
        routes.get("/api/v1/templates", this::templates, Need.READ)
                .says("All templates.")
                .gives("Template[]");
        routes.get("/api/v1/templates/{id}", this::template, Need.READ)
                .says("One template.")
                .gives("Template");
        routes.delete("/api/v1/templates/{id}", this::deleteTemplate, Need.ADMIN)
                .says("Removes a template that nothing uses.")
                .gives("Nothing");
        routes.post("/api/v1/apis", this::createApi, Need.ADMIN)
                .says("Makes an API: templates that applications run by one name, over gRPC at a proxy.")
                .takes("ApiCreate")
                .gives(201, "Api");
        routes.get("/api/v1/apis", this::apis, Need.READ).says("All APIs.").gives("Api[]");
        routes.get("/api/v1/apis/{id}", this::api, Need.READ).says("One API.").gives("Api");
        routes.delete("/api/v1/apis/{id}", this::deleteApi, Need.ADMIN)
                .says("Removes an API that no migration uses; the proxies stop serving it.")
                .gives("Deleted");
        routes.post("/api/v1/migrations/{id}/api/{api}", this::addApi, Need.ADMIN)
                .says("Says that an API moves: to templates with the same commands on another endpoint.")
                .takes("ApiAdd")
                .gives("Migration");
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
