package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.segue.controlplane.service.Identity;
import io.segue.controlplane.service.Services;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationReply;
import java.util.function.BiFunction;

/** What is done to a migration after it has been defined: its lifecycle, its traffic, where it stands. */
final class SteeringRoutes {
    private static final String ROOT = "/api/v1/migrations/{id}";

    private final Services services;

    SteeringRoutes(Services services) {
        this.services = services;
    }

    void add(RouteTable routes) {
        lifecycle(routes);
        routes.patch(ROOT + "/traffic", this::traffic, Need.ADMIN)
                .says("Changes the read share of a canary, by any step, and nothing else of it.")
                .ifMatch()
                .takes("Traffic")
                .gives("TrafficChanged");
        routes.patch(ROOT + "/toggle", this::toggle, Need.ADMIN)
                .says("Makes OLD or NEW the active side of a blue_green.")
                .ifMatch()
                .takes("Toggle")
                .gives("Toggled");
        routes.post(ROOT + "/interlay/{interlay}/rollback", this::rollbackInterlay, Need.ADMIN)
                .says("Takes one interlay back to OLD.")
                .takes("InterlayRollback")
                .gives("InterlayRolledBack");
        routes.get(ROOT + "/status", this::status, Need.ADMIN)
                .says("Where it stands, in a few words.")
                .gives("Standing");
        routes.post(ROOT + "/refresh", this::refresh, Need.ADMIN)
                .says("Has the movers looked at now, and shows what is stored.")
                .gives("Migration");
    }

    private void lifecycle(RouteTable routes) {
        routes.post(ROOT + "/migrate", call(services.runner()::migrate, SteeringWriter::migrated), Need.ADMIN)
                .says("Starts it.")
                .takes("Call")
                .gives("Migration");
        routes.post(ROOT + "/pause", call(services.runner()::pause, SteeringWriter::paused), Need.ADMIN)
                .says("Ramps and data movement stand still; traffic keeps its split.")
                .takes("Call")
                .gives("Migration");
        routes.post(ROOT + "/resume", call(services.runner()::resume, SteeringWriter::resumed), Need.ADMIN)
                .says("Goes on after a pause.")
                .takes("Call")
                .gives("Migration");
        routes.post(ROOT + "/complete", call(services.runner()::complete, SteeringWriter::completed), Need.ADMIN)
                .says("Ends it with everything on NEW.")
                .takes("Call")
                .gives("Migration");
        routes.post(ROOT + "/rollback", call(services.runner()::rollback, SteeringWriter::rolledBack), Need.ADMIN)
                .says("Ends it with everything on OLD again.")
                .takes("Call")
                .gives("Migration");
    }

    private Handler call(
            BiFunction<Identity, MigrationCall, MigrationReply> work,
            BiFunction<MigrationReply, String, ObjectNode> writer) {
        return context -> {
            MigrationCall call = MigrationReader.call(context.pathParam("id"), Exchange.body(context));
            Exchange.ok(context, writer.apply(work.apply(Exchange.caller(context), call), call.getReason()));
        };
    }

    private void traffic(Context context) {
        Exchange.ok(
                context,
                SteeringWriter.write(services.steering()
                        .traffic(
                                Exchange.caller(context),
                                SteeringReader.traffic(
                                        context.pathParam("id"), Exchange.ifMatch(context), Exchange.body(context)))));
    }

    private void toggle(Context context) {
        Exchange.ok(
                context,
                SteeringWriter.write(services.steering()
                        .toggle(
                                Exchange.caller(context),
                                SteeringReader.toggle(
                                        context.pathParam("id"), Exchange.ifMatch(context), Exchange.body(context)))));
    }

    private void rollbackInterlay(Context context) {
        Exchange.ok(
                context,
                SteeringWriter.write(services.steering()
                        .rollbackInterlay(
                                Exchange.caller(context),
                                SteeringReader.rollbackInterlay(
                                        context.pathParam("id"),
                                        context.pathParam("interlay"),
                                        Exchange.body(context)))));
    }

    private void status(Context context) {
        Exchange.ok(context, SteeringWriter.write(services.steering().standing(context.pathParam("id"))));
    }

    private void refresh(Context context) {
        Exchange.body(context).finish();
        Exchange.ok(context, MigrationWriter.write(services.steering().refresh(context.pathParam("id"))));
    }
}
