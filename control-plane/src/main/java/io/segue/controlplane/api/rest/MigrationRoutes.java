package io.segue.controlplane.api.rest;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.segue.controlplane.service.Identity;
import io.segue.controlplane.service.Services;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationReply;
import java.util.function.BiFunction;

/** Migrations, as the product guide drives them. */
final class MigrationRoutes {
    private static final String ROOT = "/api/v1/migrations";

    private final Services services;

    MigrationRoutes(Services services) {
        this.services = services;
    }

    void add(Javalin routes) {
        routes.post(ROOT, this::create, Need.ADMIN);
        routes.get(ROOT, this::list, Need.READ);
        routes.get(ROOT + "/{id}", this::get, Need.ADMIN);
        routes.patch(ROOT + "/{id}", this::update, Need.ADMIN);
        routes.delete(ROOT + "/{id}", this::delete, Need.ADMIN);
        routes.post(ROOT + "/{id}/interlay/{interlay}", this::addInterlay, Need.ADMIN);
        routes.post(ROOT + "/{id}/api/{api}", this::addApi, Need.ADMIN);
        routes.post(ROOT + "/{id}/test", this::test, Need.ADMIN);
        routes.post(ROOT + "/{id}/migrate", call(services.runner()::migrate), Need.ADMIN);
        routes.post(ROOT + "/{id}/pause", call(services.runner()::pause), Need.ADMIN);
        routes.post(ROOT + "/{id}/resume", call(services.runner()::resume), Need.ADMIN);
        routes.post(ROOT + "/{id}/complete", call(services.runner()::complete), Need.ADMIN);
        routes.post(ROOT + "/{id}/rollback", call(services.runner()::rollback), Need.ADMIN);
        routes.post(ROOT + "/{id}/interlay/{interlay}/rollback", this::rollbackInterlay, Need.ADMIN);
        routes.get(ROOT + "/{id}/guardrails", this::guardrails, Need.ADMIN);
        routes.get(ROOT + "/{id}/divergence", this::divergence, Need.ADMIN);
        routes.get(ROOT + "/{id}/events", this::events, Need.ADMIN);
        routes.get(ROOT + "/{id}/explain", this::explain, Need.ADMIN);
    }

    private void create(Context context) {
        MigrationReply reply =
                services.migrations().create(Exchange.caller(context), MigrationReader.create(Exchange.body(context)));
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
        services.migrations().delete(context.pathParam("id"));
        Exchange.ok(context, Json.object());
    }

    private void addInterlay(Context context) {
        MigrationReply reply = services.migrations()
                .addInterlay(
                        Exchange.caller(context),
                        MigrationReader.addInterlay(
                                context.pathParam("id"), context.pathParam("interlay"), Exchange.body(context)));
        Exchange.ok(context, MigrationWriter.write(reply));
    }

    private void addApi(Context context) {
        services.migrations().get(context.pathParam("id"));
        throw new NotSupportedException("APIs are not available in this release (expected: interlays)");
    }

    private void test(Context context) {
        Exchange.body(context).finish();
        Exchange.ok(context, MigrationWriter.write(services.preflight().test(context.pathParam("id"))));
    }

    private Handler call(BiFunction<Identity, MigrationCall, MigrationReply> work) {
        return context -> {
            MigrationCall call = MigrationReader.call(context.pathParam("id"), Exchange.body(context));
            Exchange.ok(context, MigrationWriter.write(work.apply(Exchange.caller(context), call)));
        };
    }

    private void rollbackInterlay(Context context) {
        MigrationCall call = MigrationReader.call(context.pathParam("id"), Exchange.body(context));
        String interlay = context.pathParam("interlay");
        MigrationReply reply = services.runner().rollbackInterlay(Exchange.caller(context), call, interlay);
        Exchange.ok(context, GuardrailJson.rolledBack(reply.getMigration(), interlay));
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

    private void events(Context context) {
        Exchange.ok(
                context, Exchange.list(services.migrations().events(context.pathParam("id")), MigrationWriter::write));
    }
}
