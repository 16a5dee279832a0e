package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.segue.controlplane.service.Components;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.ConflictRule;
import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Divergence;
import io.segue.proto.v1.DivergentKey;
import io.segue.proto.v1.FailureHandling;
import io.segue.proto.v1.Feed;
import io.segue.proto.v1.Finding;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.PlannedMovement;
import io.segue.proto.v1.ProxyDivergence;
import io.segue.proto.v1.Rollout;
import io.segue.proto.v1.TestMigrationReply;
import java.util.List;

/** Writes the JSON of migrations, as the product guide shows it. */
final class MigrationWriter {
    private MigrationWriter() {}

    static ObjectNode write(MigrationReply reply) {
        ObjectNode json = write(reply.getMigration());
        if (reply.hasRollout()) {
            json.set("rollout", write(reply.getRollout()));
        }
        json.set("warnings", texts(reply.getWarningsList()));
        return json;
    }

    static ObjectNode write(Migration migration) {
        ObjectNode json = Json.object();
        json.put("id", migration.getId());
        json.put("uuid", migration.getUuid());
        json.put("description", migration.getDescription());
        json.put("status", Names.of(migration.getStatus()));
        json.put("status_reason", migration.getStatusReason());
        json.set("strategy", StrategyWriter.write(migration.getStrategy()));
        json.set("data", data(migration.getData()));
        json.set("failure_handling", failureHandling(migration.getFailureHandling()));
        ArrayNode apis = json.putArray("apis");
        migration.getInterlaysList().stream()
                .filter(MigrationInterlay::hasApi)
                .map(moved -> moved.getApi().getApi())
                .distinct()
                .forEach(apis::add);
        ArrayNode interlays = json.putArray("interlays");
        for (MigrationInterlay moved : migration.getInterlaysList()) {
            if (moved.hasApi()) {
                continue;
            }
            ObjectNode part = interlays
                    .addObject()
                    .put("id", moved.getInterlay())
                    .put("endpoint", moved.getNewEndpoint())
                    .put("old_endpoint", moved.getOldEndpoint())
                    .put("status", Components.status(migration, moved.getInterlay()));
            Components.of(migration, moved.getInterlay())
                    .ifPresent(component -> part.put("reason", component.getReason())
                            .put("since", Times.toInstant(component.getSince()).toString()));
        }
        if (migration.hasGuardrails()) {
            json.set("guardrails", GuardrailJson.write(migration.getGuardrails()));
        }
        json.put("created_at", Times.toInstant(migration.getCreatedAt()).toString());
        json.put("updated_at", Times.toInstant(migration.getUpdatedAt()).toString());
        json.put("revision", migration.getRevision());
        return json;
    }

    /** As it was given; feed and throttle only where they were. */
    private static JsonNode data(DataMovement data) {
        ObjectNode json =
                switch (data.getKindCase()) {
                    case SNAPSHOT -> movement("snapshot", data.getSnapshot().getReplace());
                    case SCAN -> movement("scan", data.getScan().getReplace());
                    case NONE, KIND_NOT_SET -> Json.object().put("type", "none");
                };
        if (data.getFeed() != Feed.FEED_UNSPECIFIED) {
            json.put("feed", Names.strip(data.getFeed(), "FEED_"));
        }
        if (data.hasThrottle()) {
            json.set("throttle", MovementWriter.write(data.getThrottle()));
        }
        return json.size() == 1 ? json.get("type") : json;
    }

    private static ObjectNode movement(String type, ConflictRule rule) {
        String name = rule == ConflictRule.CONFLICT_RULE_UNSPECIFIED ? "none" : Names.strip(rule, "CONFLICT_RULE_");
        return Json.object().put("type", type).put("replace", name);
    }

    private static JsonNode failureHandling(FailureHandling handling) {
        return switch (handling.getKindCase()) {
            case RETRY_THEN_ALL ->
                Json.object()
                        .put("type", "retry_then_all")
                        .put("retry_count", handling.getRetryThenAll().getRetryCount());
            case ALLOW_PARTIAL -> TextNode.valueOf("allow_partial");
            case ROLLBACK_ALL, KIND_NOT_SET -> TextNode.valueOf("rollback_all");
        };
    }

    static ObjectNode write(Rollout rollout) {
        ObjectNode json = Json.object().put("version", rollout.getVersion());
        json.set("acknowledged", texts(rollout.getAcknowledgedList()));
        json.set("silent", texts(rollout.getSilentList()));
        json.set("disconnected", texts(rollout.getDisconnectedList()));
        if (rollout.getLongestHoldUs() > 0) {
            json.put("longest_hold_ms", rollout.getLongestHoldUs() / 1_000.0);
            json.put("longest_hold_proxy", rollout.getLongestHoldProxy());
        }
        if (rollout.getNotesCount() > 0) {
            json.set("notes", texts(rollout.getNotesList()));
        }
        return json;
    }

    static ObjectNode write(TestMigrationReply reply) {
        ObjectNode json = Json.object().put("valid", reply.getValid());
        ArrayNode findings = json.putArray("findings");
        for (Finding finding : reply.getFindingsList()) {
            findings.addObject()
                    .put("severity", Names.strip(finding.getSeverity(), ""))
                    .put("code", finding.getCode())
                    .put("message", finding.getMessage())
                    .put("mend", finding.getMend());
        }
        ArrayNode movements = json.putArray("movements");
        for (PlannedMovement planned : reply.getMovementsList()) {
            movements
                    .addObject()
                    .put("old_endpoint", planned.getOldEndpoint())
                    .put("new_endpoint", planned.getNewEndpoint())
                    .put("movement", Names.strip(planned.getKind(), "MOVEMENT_KIND_"))
                    .put("feed", planned.getFeed());
        }
        json.set("interlays_tested", texts(reply.getInterlaysTestedList()));
        json.set("apis_tested", texts(reply.getApisTestedList()));
        return json;
    }

    static ObjectNode write(MigrationEvent event) {
        return Json.object()
                .put("number", event.getNumber())
                .put("at", Times.toInstant(event.getAt()).toString())
                .put("actor", event.getActor())
                .put("event", event.getEvent())
                .put("from", event.getFrom().getNumber() == 0 ? null : Names.of(event.getFrom()))
                .put("to", Names.of(event.getTo()))
                .put("reason", event.getReason());
    }

    static ObjectNode write(Divergence divergence) {
        ObjectNode json = Json.object().put("count", divergence.getCount());
        json.put(
                "oldest",
                divergence.hasOldest() ? Times.toInstant(divergence.getOldest()).toString() : null);
        ArrayNode sample = json.putArray("sample");
        divergence.getSampleList().forEach(key -> sample.add(key(key)));
        ArrayNode proxies = json.putArray("proxies");
        for (ProxyDivergence proxy : divergence.getProxiesList()) {
            proxies.addObject()
                    .put("proxy", proxy.getProxy())
                    .put("count", proxy.getCount())
                    .put(
                            "oldest",
                            proxy.hasOldest()
                                    ? Times.toInstant(proxy.getOldest()).toString()
                                    : null)
                    .put("connected", proxy.getConnected());
        }
        return json;
    }

    private static ObjectNode key(DivergentKey key) {
        return KeyWriter.write(key.getKey())
                .put("db", key.getDb())
                .put("cause", key.getCause())
                .put("since", Times.toInstant(Times.ofMillis(key.getSinceMs())).toString());
    }

    static ArrayNode texts(List<String> texts) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        texts.forEach(json::add);
        return json;
    }
}
