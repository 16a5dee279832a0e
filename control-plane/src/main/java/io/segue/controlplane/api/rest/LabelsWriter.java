package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Names;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.LabelRule;
import java.util.List;

/** Writes what an interlay says about its operations. */
final class LabelsWriter {
    private LabelsWriter() {}

    static String instanceBy(InstanceBy by) {
        return by == InstanceBy.INSTANCE_BY_UNSPECIFIED ? "proxy" : Names.strip(by, "INSTANCE_BY_");
    }

    static ArrayNode rules(List<LabelRule> rules) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        rules.forEach(rule -> json.add(rule(rule)));
        return json;
    }

    /** As it was given. */
    static ObjectNode rule(LabelRule rule) {
        ObjectNode json = Json.object();
        put(json, "key", rule.getKey());
        put(json, "key_prefix", rule.getKeyPrefix());
        put(json, "command", rule.getCommand());
        put(json, "client", rule.getClient());
        put(json, "user", rule.getUser());
        if (rule.hasDb()) {
            json.put("db", rule.getDb());
        }
        put(json, "template", rule.getTemplate());
        put(json, "api", rule.getApi());
        put(json, "feature", rule.getFeature());
        put(json, "flag", rule.getFlag());
        return json;
    }

    private static void put(ObjectNode json, String field, String value) {
        if (!value.isEmpty()) {
            json.put(field, value);
        }
    }
}
