package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationStanding;
import io.segue.proto.v1.RollbackInterlayReply;
import io.segue.proto.v1.ToggleReply;
import io.segue.proto.v1.UpdateTrafficReply;
import java.util.List;

/** Writes the replies of {@link SteeringRoutes}: what existing clients look for, and the migration as it is now. */
final class SteeringWriter {
    private SteeringWriter() {}

    static ObjectNode migrated(MigrationReply reply, String reason) {
        return called(reply, reason, "started_at").put("message", "Migration started");
    }

    static ObjectNode paused(MigrationReply reply, String reason) {
        return called(reply, reason, "paused_at");
    }

    static ObjectNode resumed(MigrationReply reply, String reason) {
        return called(reply, reason, "resumed_at");
    }

    static ObjectNode completed(MigrationReply reply, String reason) {
        return called(reply, reason, "completed_at").put("message", "Migration completed");
    }

    static ObjectNode rolledBack(MigrationReply reply, String reason) {
        return called(reply, reason, "rolled_back_at");
    }

    private static ObjectNode called(MigrationReply reply, String reason, String moment) {
        return MigrationWriter.write(reply)
                .put("migration_id", reply.getMigration().getId())
                .put(
                        moment,
                        Times.toInstant(reply.getMigration().getUpdatedAt()).toString())
                .put("reason", reason);
    }

    static ObjectNode write(UpdateTrafficReply reply) {
        ObjectNode json = Json.object()
                .put("migration_id", reply.getMigrationId())
                .put("old_percentage", reply.getOldPercentage())
                .put("new_percentage", reply.getNewPercentage());
        return change(json, reply.getReply());
    }

    static ObjectNode write(ToggleReply reply) {
        ObjectNode json = Json.object()
                .put("migration_id", reply.getMigrationId())
                .put("previous_active", reply.getPreviousActive())
                .put("new_active", reply.getNewActive());
        json.set("write_mode", reply.hasWriteMode() ? StrategyWriter.writeMode(reply.getWriteMode()) : null);
        json.put("updated_at", Times.toInstant(reply.getUpdatedAt()).toString())
                .put("updated_by", reply.getUpdatedBy());
        return change(json, reply.getReply());
    }

    static ObjectNode write(RollbackInterlayReply reply) {
        ObjectNode json = Json.object()
                .put("migration_id", reply.getMigrationId())
                .put("interlay_id", reply.getInterlayId())
                .put("rolled_back_at", Times.toInstant(reply.getRolledBackAt()).toString())
                .put("reason", reply.getReason());
        return change(json, reply.getReply()).put("status", Names.of(reply.getStatus()));
    }

    private static ObjectNode change(ObjectNode json, MigrationReply reply) {
        json.put("status", Names.of(reply.getMigration().getStatus()))
                .put("revision", reply.getMigration().getRevision());
        if (reply.hasRollout()) {
            json.set("rollout", MigrationWriter.write(reply.getRollout()));
        }
        json.set("warnings", MigrationWriter.texts(reply.getWarningsList()));
        return json;
    }

    static ObjectNode write(MigrationStanding standing) {
        return Json.object()
                .put("migration_id", standing.getMigrationId())
                .put("status", Names.of(standing.getStatus()))
                .put("status_reason", standing.getStatusReason())
                .put("phase", standing.getPhase())
                .put("replication_lag_ms", standing.getReplicationLagMs())
                .put("source", names(standing.getSourceList()))
                .put("target", names(standing.getTargetList()))
                .put("ready_for_cutover", standing.getReadyForCutover())
                .put("divergent_keys", standing.getDivergentKeys());
    }

    private static String names(List<String> ids) {
        return String.join(", ", ids);
    }
}
