package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Components;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.GuardrailReport;
import io.segue.proto.v1.Guardrails;
import io.segue.proto.v1.InterlayGuardrail;
import io.segue.proto.v1.Migration;

/** Reads and writes the JSON of guardrails, and of what became of a part of a migration. */
final class GuardrailJson {
    private GuardrailJson() {}

    /** The limits; that there is one is for the service to ask for. */
    static Guardrails read(Fields fields) {
        Guardrails.Builder guardrails = Guardrails.newBuilder();
        fields.number("max_error_rate").ifPresent(guardrails::setMaxErrorRate);
        fields.number("max_p99_ratio").ifPresent(guardrails::setMaxP99Ratio);
        fields.number("max_divergence_rate").ifPresent(guardrails::setMaxDivergenceRate);
        fields.whole("window_seconds")
                .map(value -> positive(fields, "window_seconds", value))
                .ifPresent(guardrails::setWindowSeconds);
        fields.whole("min_requests")
                .map(value -> positive(fields, "min_requests", value))
                .ifPresent(guardrails::setMinRequests);
        fields.finish();
        return guardrails.build();
    }

    /** On the wire 0 stands for what was not given. */
    private static int positive(Fields fields, String field, int value) {
        if (value == 0) {
            throw new InvalidFieldException(fields.path(field), 0, "1 or more");
        }
        return value;
    }

    /** As they were given. */
    static ObjectNode write(Guardrails guardrails) {
        ObjectNode json = Json.object();
        if (guardrails.hasMaxErrorRate()) {
            json.put("max_error_rate", guardrails.getMaxErrorRate());
        }
        if (guardrails.hasMaxP99Ratio()) {
            json.put("max_p99_ratio", guardrails.getMaxP99Ratio());
        }
        if (guardrails.hasMaxDivergenceRate()) {
            json.put("max_divergence_rate", guardrails.getMaxDivergenceRate());
        }
        if (guardrails.getWindowSeconds() != 0) {
            json.put("window_seconds", guardrails.getWindowSeconds());
        }
        if (guardrails.getMinRequests() != 0) {
            json.put("min_requests", guardrails.getMinRequests());
        }
        return json;
    }

    static ObjectNode write(GuardrailReport report) {
        ObjectNode json = Json.object().put("passed", report.getPassed());
        ArrayNode interlays = json.putArray("interlays");
        for (InterlayGuardrail one : report.getInterlaysList()) {
            interlays
                    .addObject()
                    .put("id", one.getInterlay())
                    .put("outcome", Names.strip(one.getOutcome(), "GUARDRAIL_OUTCOME_"))
                    .put("reason", one.getReason());
        }
        return json;
    }

    /** The answer to a call that took one interlay back. */
    static ObjectNode rolledBack(Migration migration, String interlay) {
        ObjectNode json = Json.object()
                .put("migration_id", migration.getId())
                .put("interlay_id", interlay)
                .put("status", Components.status(migration, interlay));
        return Components.of(migration, interlay)
                .map(component -> json.put(
                                "rolled_back_at",
                                Times.toInstant(component.getSince()).toString())
                        .put("reason", component.getReason()))
                .orElseGet(() -> json.put(
                                "rolled_back_at",
                                Times.toInstant(migration.getUpdatedAt()).toString())
                        .put("reason", migration.getStatusReason()));
    }
}
