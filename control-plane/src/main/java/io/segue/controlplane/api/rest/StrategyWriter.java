package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.BigBang;
import io.segue.proto.v1.Canary;
import io.segue.proto.v1.SampleBy;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.TimeWindow;
import io.segue.proto.v1.WriteMode;
import io.segue.proto.v1.WritePolicy;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes the JSON of a strategy, with the defaults spelled out. */
final class StrategyWriter {
    private StrategyWriter() {}

    static ObjectNode write(Strategy strategy) {
        ObjectNode json = Json.object();
        json.put("type", strategy.getKindCase().name().toLowerCase(Locale.ROOT));
        switch (strategy.getKindCase()) {
            case BIG_BANG -> {
                BigBang bigBang = strategy.getBigBang();
                json.put("durability", !bigBang.hasDurability() || bigBang.getDurability());
            }
            case CANARY -> {
                Canary canary = strategy.getCanary();
                json.put("read_percentage", canary.getReadPercentage());
                json.set("write_mode", writeMode(canary.getWriteMode()));
            }
            case BLUE_GREEN -> {
                json.put("active_is_new", strategy.getBlueGreen().getActiveIsNew());
                optional(
                        json,
                        strategy.getBlueGreen().hasWriteMode(),
                        strategy.getBlueGreen().getWriteMode());
            }
            case ROLLING_UPDATE -> {
                strategy.getRollingUpdate()
                        .getMigratedInstancesList()
                        .forEach(json.putArray("migrated_instances")::add);
                json.put("total_instances", strategy.getRollingUpdate().getTotalInstances());
                optional(
                        json,
                        strategy.getRollingUpdate().hasWriteMode(),
                        strategy.getRollingUpdate().getWriteMode());
            }
            case STRANGLER_FIG -> {
                flags(json.putObject("features"), strategy.getStranglerFig().getFeaturesMap());
                optional(
                        json,
                        strategy.getStranglerFig().hasWriteMode(),
                        strategy.getStranglerFig().getWriteMode());
            }
            case FEATURE_FLAG -> {
                flags(json.putObject("flags"), strategy.getFeatureFlag().getFlagsMap());
                json.put("rollout_percentage", strategy.getFeatureFlag().getRolloutPercentage());
                optional(
                        json,
                        strategy.getFeatureFlag().hasWriteMode(),
                        strategy.getFeatureFlag().getWriteMode());
            }
            case GEOGRAPHIC -> {
                flags(json.putObject("regions"), strategy.getGeographic().getRegionsMap());
                optional(
                        json,
                        strategy.getGeographic().hasWriteMode(),
                        strategy.getGeographic().getWriteMode());
            }
            case TIME_WINDOW -> timeWindow(json, strategy.getTimeWindow());
            case SHADOW_TRAFFIC, KIND_NOT_SET -> {}
        }
        if (strategy.getSampleBy() != SampleBy.SAMPLE_BY_UNSPECIFIED) {
            json.put("sample_by", Names.strip(strategy.getSampleBy(), "SAMPLE_BY_"));
        }
        return json;
    }

    private static void timeWindow(ObjectNode json, TimeWindow window) {
        json.put("window_start", Times.toInstant(window.getWindowStart()).toString());
        json.put("window_end", Times.toInstant(window.getWindowEnd()).toString());
        json.put("executed", window.getExecuted());
        optional(json, window.hasWriteMode(), window.getWriteMode());
    }

    private static void optional(ObjectNode json, boolean present, WriteMode mode) {
        if (present) {
            json.set("write_mode", writeMode(mode));
        }
    }

    static ObjectNode writeMode(WriteMode mode) {
        ObjectNode json = Json.object();
        if (mode.hasCutover()) {
            json.put("mode", "cutover");
            json.put("write_percentage", mode.getCutover().getWritePercentage());
        } else {
            WritePolicy policy = mode.getDualWrite().getPolicy();
            json.put("mode", "dual_write");
            json.put(
                    "policy",
                    policy == WritePolicy.WRITE_POLICY_UNSPECIFIED
                            ? "old_authoritative"
                            : Names.strip(policy, "WRITE_POLICY_"));
        }
        return json;
    }

    private static void flags(ObjectNode json, Map<String, Boolean> flags) {
        new TreeMap<>(flags).forEach(json::put);
    }
}
