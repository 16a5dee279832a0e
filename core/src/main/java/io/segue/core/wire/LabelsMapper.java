package io.segue.core.wire;

import io.segue.core.labels.Glob;
import io.segue.core.labels.LabelRule;
import io.segue.core.labels.LabelRules;
import io.segue.core.labels.Labelling;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.InstanceBy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns an interlay's label rules into those that decide, and refuses what cannot be run. */
public final class LabelsMapper {
    private static final int MAX_DB = 16_383;
    private static final int MAX_NAME = 128;

    private LabelsMapper() {}

    /**
     * The labelling of an interlay.
     *
     * @throws InvalidFieldException a rule is not one; the field reads {@code labels[3].key}
     */
    public static Labelling fromProto(InstanceBy instanceBy, List<io.segue.proto.v1.LabelRule> messages) {
        if (instanceBy == InstanceBy.UNRECOGNIZED) {
            throw new InvalidFieldException("instance_by", "an unknown number", "proxy, shard");
        }
        if (messages.size() > LabelRules.MAX) {
            throw new InvalidFieldException(
                    "labels", messages.size() + " rules", "at most " + LabelRules.MAX + " rules");
        }
        List<LabelRule> rules = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            rules.add(rule("labels[" + i + "]", messages.get(i)));
        }
        return new Labelling(new LabelRules(rules), instanceBy == InstanceBy.INSTANCE_BY_SHARD);
    }

    private static LabelRule rule(String path, io.segue.proto.v1.LabelRule message) {
        LabelRule rule = new LabelRule(
                glob(path + ".key", message.getKey(), true),
                prefix(path + ".key_prefix", message.getKeyPrefix()),
                name(path + ".command", message.getCommand()).toUpperCase(Locale.ROOT),
                glob(path + ".client", message.getClient(), false),
                glob(path + ".user", message.getUser(), false),
                message.hasDb() ? Check.range(path + ".db", message.getDb(), 0, MAX_DB) : LabelRule.ANY_DB,
                name(path + ".template", message.getTemplate()),
                name(path + ".api", message.getApi()),
                name(path + ".feature", message.getFeature()),
                name(path + ".flag", message.getFlag()));
        if (rule.key() != null && !rule.keyPrefix().isEmpty()) {
            throw new InvalidFieldException(
                    path + ".key_prefix", rule.keyPrefix(), "either key or key_prefix, not both");
        }
        if (rule.feature().isEmpty() && rule.flag().isEmpty() && !rule.captures()) {
            throw new InvalidFieldException(
                    path, "a rule that names nothing", "feature, flag, or a key pattern with {user}");
        }
        return rule;
    }

    private static @Nullable Glob glob(String field, String pattern, boolean mayCapture) {
        return pattern.isEmpty() ? null : Glob.parse(field, pattern, mayCapture);
    }

    private static String prefix(String field, String value) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Glob.MAX_BYTES) {
            throw new InvalidFieldException(field, bytes + " bytes", "at most " + Glob.MAX_BYTES + " bytes");
        }
        return value;
    }

    private static String name(String field, String value) {
        if (value.length() > MAX_NAME) {
            throw new InvalidFieldException(
                    field, value.length() + " characters", "at most " + MAX_NAME + " characters");
        }
        return value;
    }
}
