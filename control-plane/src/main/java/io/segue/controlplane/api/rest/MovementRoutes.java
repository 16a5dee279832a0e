package io.segue.controlplane.api.rest;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.segue.controlplane.service.MovementService;
import io.segue.proto.v1.VerificationResult;

/** The data of migrations: progress, limits, keys that could not be copied, comparison. */
final class MovementRoutes {
    private static final String ROOT = "/api/v1/migrations/{id}";

    private final MovementService service;

    MovementRoutes(MovementService service) {
        this.service = service;
    }

    void add(Javalin routes) {
        routes.get(ROOT + "/progress", this::progress, Need.ADMIN);
        routes.patch(ROOT + "/throttle", this::throttle, Need.ADMIN);
        routes.get(ROOT + "/error-keys", this::errorKeys, Need.ADMIN);
        routes.post(ROOT + "/error-keys/accept", this::accept, Need.ADMIN);
        routes.post(ROOT + "/verify", this::verify, Need.ADMIN);
        routes.get(ROOT + "/verify", this::verification, Need.ADMIN);
        routes.delete(ROOT + "/verify", this::cancel, Need.ADMIN);
        routes.get(ROOT + "/verify/report", this::report, Need.ADMIN);
    }

    private void progress(Context context) {
        Exchange.ok(context, MovementWriter.write(service.progress(context.pathParam("id"))));
    }

    private void throttle(Context context) {
        Exchange.ok(
                context,
                MovementWriter.write(service.throttle(
                        Exchange.caller(context),
                        MovementReader.throttle(context.pathParam("id"), Exchange.body(context)))));
    }

    private void errorKeys(Context context) {
        int limit = Exchange.whole(context, "limit");
        Exchange.ok(context, MovementWriter.write(service.errorKeys(context.pathParam("id"), limit)));
    }

    private void accept(Context context) {
        long accepted = service.accept(
                        Exchange.caller(context),
                        MovementReader.accept(context.pathParam("id"), Exchange.body(context)))
                .getAccepted();
        Exchange.ok(context, Json.object().put("accepted", accepted));
    }

    private void verify(Context context) {
        VerificationResult begun = service.verify(
                Exchange.caller(context), MovementReader.verify(context.pathParam("id"), Exchange.body(context)));
        Exchange.accepted(context, MovementWriter.write(begun));
    }

    private void verification(Context context) {
        Exchange.ok(context, MovementWriter.write(service.verification(context.pathParam("id"))));
    }

    private void cancel(Context context) {
        Exchange.ok(context, MovementWriter.write(service.cancelVerification(context.pathParam("id"))));
    }

    /** Streamed: a report can be larger than memory. */
    private void report(Context context) {
        context.contentType("application/x-ndjson")
                .header("Content-Disposition", "attachment; filename=\"verify.jsonl\"")
                .result(service.report(context.pathParam("id")));
    }
}
