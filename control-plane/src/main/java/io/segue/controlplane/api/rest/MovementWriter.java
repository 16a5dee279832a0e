package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.ErrorKey;
import io.segue.proto.v1.ListErrorKeysReply;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MovementProgress;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.MoverFigures;
import io.segue.proto.v1.Throttle;
import io.segue.proto.v1.VerificationResult;

/** Writes the JSON of data movement. */
final class MovementWriter {
    /** What {@code megabytes_per_second} counts in. */
    static final long MEGABYTE = 1_000_000;

    private MovementWriter() {}

    static ObjectNode write(MigrationProgress progress) {
        ObjectNode json = Json.object()
                .put("id", progress.getId())
                .put("status", Names.of(progress.getStatus()))
                .put("stage", stage(progress.getStage()))
                .put("caught_up", progress.getCaughtUp());
        json.set("in_force", progress.hasInForce() ? StrategyWriter.write(progress.getInForce()) : null);
        figures(json, progress.getTotal());
        json.set("throttle", write(progress.getThrottle()));
        ArrayNode movements = json.putArray("movements");
        for (MovementProgress one : progress.getMovementsList()) {
            figures(
                    movements
                            .addObject()
                            .put("old_endpoint", one.getOldEndpoint())
                            .put("new_endpoint", one.getNewEndpoint())
                            .put("movement", Names.strip(one.getKind(), "MOVEMENT_KIND_"))
                            .put("direction", Names.strip(one.getDirection(), "MOVE_DIRECTION_"))
                            .put("epoch", one.getEpoch()),
                    one.getFigures());
        }
        json.set("verify", progress.hasVerification() ? write(progress.getVerification()) : null);
        return json;
    }

    private static String stage(MovementStage stage) {
        return stage == MovementStage.MOVEMENT_STAGE_UNSPECIFIED ? "none" : Names.strip(stage, "MOVEMENT_STAGE_");
    }

    private static void figures(ObjectNode json, MoverFigures figures) {
        json.put(
                        "phase",
                        figures.getPhase().getNumber() == 0 ? "none" : Names.strip(figures.getPhase(), "MOVER_PHASE_"))
                .put("paused", figures.getPaused())
                .put("feed", figures.getFeed())
                .put("reason", figures.getReason())
                .put("keys_total", figures.getKeysTotal())
                .put("keys_copied", figures.getKeysCopied())
                .put("keys_followed", figures.getKeysFollowed())
                .put("bytes_copied", figures.getBytesCopied())
                .put("keys_per_second", figures.getKeysPerSecond())
                .put("bytes_per_second", figures.getBytesPerSecond())
                .put("eta_seconds", figures.getEtaSeconds() < 0 ? null : figures.getEtaSeconds())
                .put("owed", figures.getOwed())
                .put("settling", figures.getSettling())
                .put("lag_ms", figures.getLagMs())
                .put("error_keys", figures.getErrorKeys())
                .put("conflicts", figures.getConflicts())
                .put("rechecks", figures.getRechecks())
                .put("throttled_ms", figures.getThrottledMs());
    }

    static ObjectNode write(Throttle throttle) {
        ObjectNode json = Json.object().put("keys_per_second", throttle.getKeysPerSecond());
        if (throttle.getBytesPerSecond() % MEGABYTE == 0) {
            json.put("megabytes_per_second", throttle.getBytesPerSecond() / MEGABYTE);
        } else {
            json.put("megabytes_per_second", (double) throttle.getBytesPerSecond() / MEGABYTE);
        }
        return json.put("adaptive", !throttle.hasAdaptive() || throttle.getAdaptive());
    }

    static ObjectNode write(ListErrorKeysReply reply) {
        ObjectNode json = Json.object().put("error_keys", reply.getErrorKeys()).put("conflicts", reply.getConflicts());
        ArrayNode keys = json.putArray("keys");
        for (ErrorKey key : reply.getKeysList()) {
            keys.add(KeyWriter.write(key.getKey())
                    .put("db", key.getDb())
                    .put("old_endpoint", key.getOldEndpoint())
                    .put("new_endpoint", key.getNewEndpoint())
                    .put("reason", key.getReason())
                    .put("conflict", key.getConflict())
                    .put("since", Times.toInstant(key.getSince()).toString())
                    .put("attempts", key.getAttempts()));
        }
        return json;
    }

    static ObjectNode write(VerificationResult result) {
        ObjectNode json = Json.object()
                .put("id", result.getId())
                .put("state", Names.strip(result.getState(), "VERIFICATION_STATE_"))
                .put("reason", result.getReason())
                .put("mode", result.getSample() == 1.0 ? "full" : "sampled")
                .put("sample", result.getSample())
                .put("repair", result.getRepair())
                .put("started_at", Times.toInstant(result.getStartedAt()).toString())
                .put(
                        "ended_at",
                        result.hasEndedAt()
                                ? Times.toInstant(result.getEndedAt()).toString()
                                : null)
                .put("compared", result.getCompared())
                .put("total", result.getTotal());
        json.putObject("different")
                .put("missing", result.getMissing())
                .put("extra", result.getExtra())
                .put("value", result.getValue())
                .put("type", result.getType())
                .put("ttl", result.getTtl());
        return json.put("unsettled", result.getUnsettled())
                .put("skipped", result.getSkipped())
                .put("repaired", result.getRepaired())
                .put("clean", result.getClean());
    }
}
