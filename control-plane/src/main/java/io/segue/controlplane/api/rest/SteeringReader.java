package io.segue.controlplane.api.rest;

import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.RollbackInterlayRequest;
import io.segue.proto.v1.ToggleRequest;
import io.segue.proto.v1.UpdateTrafficRequest;

/** Reads the JSON of {@link SteeringRoutes}. */
final class SteeringReader {
    private SteeringReader() {}

    /** {@code {"read_percentage": 0.25, "reason": "…"}}. */
    static UpdateTrafficRequest traffic(String id, long revision, Fields fields) {
        UpdateTrafficRequest.Builder request = UpdateTrafficRequest.newBuilder()
                .setId(id)
                .setIfRevision(revision)
                .setReason(fields.textOr("reason", ""))
                .setForce(fields.flag("force").orElse(false));
        fields.number("read_percentage").ifPresent(request::setReadPercentage);
        fields.finish();
        return request.build();
    }

    /** {@code {"activate_new": true, "reason": "…"}}. */
    static ToggleRequest toggle(String id, long revision, Fields fields) {
        ToggleRequest.Builder request = ToggleRequest.newBuilder()
                .setId(id)
                .setIfRevision(revision)
                .setReason(fields.textOr("reason", ""))
                .setForce(fields.flag("force").orElse(false));
        fields.flag("activate_new").ifPresent(request::setActivateNew);
        fields.finish();
        return request.build();
    }

    /** {@code {"reason": "…", "force": false, "preserve_config": true, "overwrite_on_reverse": false}}. */
    static RollbackInterlayRequest rollbackInterlay(String id, String interlay, Fields fields) {
        RollbackInterlayRequest request = RollbackInterlayRequest.newBuilder()
                .setId(id)
                .setInterlay(interlay)
                .setReason(fields.textOr("reason", ""))
                .setForce(fields.flag("force").orElse(false))
                .build();
        if (!fields.flag("preserve_config").orElse(true)) {
            throw new NotSupportedException(
                    "preserve_config: false (expected: true or absent: delete the migration to remove what it was)");
        }
        if (fields.flag("overwrite_on_reverse").orElse(false)) {
            throw new NotSupportedException(
                    "overwrite_on_reverse: true (expected: false or absent: OLD is kept in step, nothing is overwritten)");
        }
        fields.finish();
        return request;
    }
}
