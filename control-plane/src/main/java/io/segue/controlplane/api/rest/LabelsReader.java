package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.LabelRule;
import io.segue.proto.v1.LabelRules;
import java.util.List;
import java.util.Optional;

/** Reads what an interlay says about its operations: {@code "instance_by"} and {@code "labels"}. */
final class LabelsReader {
    private LabelsReader() {}

    static Optional<InstanceBy> instanceBy(Fields fields) {
        return fields.text("instance_by")
                .map(by -> EnumNames.constant(fields.path("instance_by"), by, InstanceBy.class, "INSTANCE_BY_"));
    }

    /** {@code [{"key": "user:{user}:*", "feature": "user_auth"}, …]}. Whether the patterns are good is not decided here. */
    static Optional<LabelRules> labels(Fields fields) {
        return fields.value("labels").map(value -> {
            String path = fields.path("labels");
            if (!value.isArray()) {
                throw new InvalidFieldException(path, Fields.show(value), "a list of rules");
            }
            LabelRules.Builder rules = LabelRules.newBuilder();
            for (JsonNode rule : value) {
                rules.addRules(rule(Fields.of(rule, path + "[" + rules.getRulesCount() + "]")));
            }
            return rules.build();
        });
    }

    private static LabelRule rule(Fields fields) {
        LabelRule.Builder rule = LabelRule.newBuilder()
                .setKey(fields.textOr("key", ""))
                .setKeyPrefix(fields.textOr("key_prefix", ""))
                .setCommand(fields.textOr("command", ""))
                .setClient(fields.textOr("client", ""))
                .setUser(fields.textOr("user", ""))
                .setTemplate(fields.textOr("template", ""))
                .setApi(fields.textOr("api", ""))
                .setFeature(fields.textOr("feature", ""))
                .setFlag(fields.textOr("flag", ""));
        fields.whole("db").ifPresent(rule::setDb);
        fields.finish();
        for (String name : List.of("key", "key_prefix", "command", "client", "user", "template", "api")) {
            if (fields.text(name).filter(String::isEmpty).isPresent()) {
                throw new InvalidFieldException(fields.path(name), "\"\"", "a value, or no such field");
            }
        }
        return rule.build();
    }
}
