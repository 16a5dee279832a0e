package io.segue.controlplane.api.rest;

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

    void add(RouteTable routes) {
        routes.get(ROOT + "/progress", this::progress, Need.ADMIN)
                .says("How far the data is.")
                .gives("Progress");
        routes.patch(ROOT + "/throttle", this::throttle, Need.ADMIN)
                .says("Changes the limits of the movers, at once.")
                .takes("Throttle")
                .gives("Throttle");
        routes.get(ROOT + "/error-keys", this::errorKeys, Need.ADMIN)
                .says("Keys that could not be copied, and those that the conflict rule left alone.")
                .query("limit", "integer", "How many at most, 1 to 10000; 100 unless given.")
                .gives("ErrorKeys");
        routes.post(ROOT + "/error-keys/accept", this::accept, Need.ADMIN)
                .says("These keys are known to be missing on NEW and no longer stand in the way.")
                .takes("Accept")
                .gives("Accepted");
        routes.post(ROOT + "/verify", this::verify, Need.ADMIN)
                .says("Begins to compare both sides.")
                .takes("Verify")
                .gives(202, "Verification");
        routes.get(ROOT + "/verify", this::verification, Need.ADMIN)
                .says("The last verification, under way or ended.")
                .gives("Verification");
        routes.delete(ROOT + "/verify", this::cancel, Need.ADMIN)
                .says("Ends a verification early.")
                .gives("Verification");
        routes.get(ROOT + "/verify/report", this::report, Need.ADMIN)
                .says("The report of the last verification, one JSON object a line.")
                .gives("application/x-ndjson");
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
