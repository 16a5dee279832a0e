package io.segue.controlplane.api.rest;

import io.javalin.http.Context;
import io.segue.controlplane.service.Services;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.MigrationReply;

/** Migrations, as the product guide defines them. {@link SteeringRoutes} drives them. */
final class MigrationRoutes {
    private static final String ROOT = "/api/v1/migrations";

    private final Services services;

    MigrationRoutes(Services services) {
        this.services = services;
    }

    void add(RouteTable routes) {
        routes.post(ROOT, this::create, Need.ADMIN)
                .says("Makes a migration; it moves nothing until it has interlays and is started.")
                .header(
                        "Idempotency-Key",
                        "For 24 hours the same key with the same body is answered as the first time; with another body it is"
                                + " refused with 409.")
                .takes("MigrationCreate")
                .gives(201, "Migration");
        routes.get(ROOT, this::list, Need.READ).says("All migrations.").gives("Migration[]");
        routes.get(ROOT + "/{id}", this::get, Need.ADMIN)
                .says("One migration; ETag is its revision.")
                .gives("Migration");
        routes.patch(ROOT + "/{id}", this::update, Need.ADMIN)
                .says("Replaces the strategy, the description, or both.")
                .ifMatch()
                .takes("MigrationUpdate")
                .gives("Migration");
        routes.delete(ROOT + "/{id}", this::delete, Need.ADMIN)
                .says("Removes a migration that does not route traffic.")
                .gives("Nothing");
        routes.post(ROOT + "/{id}/interlay/{interlay}", this::addInterlay, Need.ADMIN)
                .says("Says that an interlay moves, and to which endpoint.")
                .takes("InterlayAdd")
                .gives("Migration");
        routes.post(ROOT + "/{id}/test", this::test, Need.ADMIN)
                .says("Looks whether it could start; changes nothing.")
                .gives("Preflight");
        routes.get(ROOT + "/{id}/guardrails", this::guardrails, Need.ADMIN)
                .says("How NEW does against OLD by the migration's guardrails.")
                .gives("GuardrailReport");
        routes.get(ROOT + "/{id}/explain", this::explain, Need.ADMIN)
                .says("Where an operation would go, and why; by the same code as the proxies run.")
                .query("key", "string", "The key, as text.")
                .query("command", "string", "Name of the command.")
                .query("user", "string", "Who the client logged in as.")
                .query("client", "string", "The client's name.")
                .query("db", "integer", "Number of the database.")
                .query("region", "string", "Region of the proxy.")
                .query("instance", "string", "Instance of the proxy.")
                .query("interlay", "string", "Which interlay; may be left out where the migration has one.")
                .query("connection", "integer", "Number of the client's connection.")
                .gives("Explanation");
        routes.get(ROOT + "/{id}/divergence", this::divergence, Need.ADMIN)
                .says("Keys whose two sides are not known to be equal.")
                .query("sample", "integer", "How many keys to show, 0 to 10000; 100 unless given.")
                .gives("Divergence");
    }

    private void create(Context context) {
        CreateMigrationRequest request = MigrationReader.create(Exchange.body(context)).toBuilder()
                .setIdempotencyKey(Exchange.idempotencyKey(context))
                .build();
        MigrationReply reply = services.migrations().create(Exchange.caller(context), request);
        Exchange.created(context, MigrationWriter.write(reply));
    }

    private void list(Context context) {
        Exchange.ok(context, Exchange.list(services.migrations().list(), MigrationWriter::write));
    }

    private void get(Context context) {
        Exchange.ok(context, MigrationWriter.write(services.migrations().get(context.pathParam("id"))));
    }

    private void update(Context context) {
        MigrationReply reply = services.migrations()
                .update(
                        Exchange.caller(context),
                        MigrationReader.update(
                                context.pathParam("id"), Exchange.ifMatch(context), Exchange.body(context)));
        Exchange.ok(context, MigrationWriter.write(reply));
    }

    private void delete(Context context) {
        Exchange.body(context).finish();
        services.migrations().delete(context.pathParam("id"));
        Exchange.ok(context, Json.object());
    }

    private void addInterlay(Context context) {
        MigrationReply reply = services.migrations()
                .addInterlay(
                        Exchange.caller(context),
                        MigrationReader.addInterlay(
                                context.pathParam("id"), context.pathParam("interlay"), Exchange.body(context)));
        Exchange.ok(context, MigrationWriter.write(reply).put("message", "added Interlay to migration"));
    }

    private void test(Context context) {
        Exchange.body(context).finish();
        Exchange.ok(context, MigrationWriter.write(services.preflight().test(context.pathParam("id"))));
    }

    private void guardrails(Context context) {
        Exchange.ok(context, GuardrailJson.write(services.guardrails().report(context.pathParam("id"))));
    }

    private void divergence(Context context) {
        Exchange.ok(
                context,
                MigrationWriter.write(
                        services.migrations().divergence(context.pathParam("id"), Exchange.whole(context, "sample"))));
    }

    private void explain(Context context) {
        Exchange.ok(context, ExplainJson.write(services.explains().explain(ExplainJson.read(context))));
    }
}
