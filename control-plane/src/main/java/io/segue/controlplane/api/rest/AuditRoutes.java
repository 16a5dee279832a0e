package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.Identity;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.AuditEntry;
import io.segue.proto.v1.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who called what: writes it down after every call that changes something or was refused, and shows it. */
final class AuditRoutes {
    private final AuditLog audit;

    AuditRoutes(AuditLog audit) {
        this.audit = audit;
    }

    void add(RouteTable routes) {
        routes.get("/api/v1/audit", this::list, Need.ADMIN)
                .says("Who called what, newest first.")
                .query("limit", "integer", "How many at most, 1 to 1000; 100 unless given.")
                .query("before", "integer", "Only entries with a smaller number.")
                .query("actor", "string", "Only what this token called.")
                .gives("AuditEntry[]");
    }

    private void list(Context context) {
        String actor = Optional.ofNullable(context.queryParam("actor")).orElse("");
        Exchange.ok(
                context,
                Exchange.list(
                        audit.list(Exchange.whole(context, "limit"), Exchange.number(context, "before"), actor),
                        AuditRoutes::write));
    }

    static ObjectNode write(AuditEntry entry) {
        return Json.object()
                .put("number", entry.getNumber())
                .put("at", Times.toInstant(entry.getAt()).toString())
                .put("actor", entry.getActor())
                .put("role", entry.getRole() == Role.ROLE_UNSPECIFIED ? null : Names.of(entry.getRole()))
                .put("call", entry.getCall())
                .put("target", entry.getTarget())
                .put("reason", entry.getReason())
                .put("outcome", entry.getOutcome())
                .put("message", entry.getMessage())
                .put("remote", entry.getRemote())
                .put("unrecorded", entry.getUnrecorded());
    }

    /** To be called when the status is known and the caller has no answer yet. */
    void answered(Context context) {
        @Nullable Identity caller = Exchange.callerIfKnown(context);
        int status = context.statusCode();
        boolean refused = status == 401 || status == 403;
        boolean changes =
                switch (context.method()) {
                    case POST, PUT, PATCH, DELETE -> true;
                    default -> false;
                };
        // Without a caller there was no route, or one that needs no rights.
        if (!refused && (caller == null || !changes)) {
            return;
        }
        AuditEntry.Builder entry = AuditEntry.newBuilder()
                .setCall(context.method() + " " + context.path())
                .setTarget(Exchange.target(context))
                .setReason(Exchange.reason(context))
                .setOutcome(status < 400 ? "ok" : Exchange.outcome(context))
                .setMessage(Exchange.failureMessage(context))
                .setRemote(context.ip());
        if (caller != null) {
            entry.setActor(caller.token()).setRole(caller.role());
        }
        audit.record(entry.build());
    }
}
