package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.api.rest.Documents;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A strategy as flags. They become the document of the guide, which is checked like any other. */
final class StrategyOptions {
    @Option(
            names = "--strategy",
            paramLabel = "TYPE",
            description =
                    "big_bang, canary, blue_green, rolling_update, shadow_traffic, strangler_fig, feature_flag, geographic"
                            + " or time_window.")
    private @Nullable String type;

    @Option(names = "--durability", paramLabel = "true|false", description = "big_bang: keep OLD in step.")
    private @Nullable Boolean durability;

    @Option(names = "--read-percentage", paramLabel = "SHARE", description = "canary: 0.0 to 1.0.")
    private @Nullable Double readPercentage;

    @Option(names = "--active-is-new", paramLabel = "true|false", description = "blue_green: which side is active.")
    private @Nullable Boolean activeIsNew;

    @Option(
            names = "--migrated-instances",
            split = ",",
            paramLabel = "ID",
            description = "rolling_update: those that have moved.")
    private @Nullable List<String> migratedInstances;

    @Option(names = "--total-instances", paramLabel = "N", description = "rolling_update: how many there are.")
    private @Nullable Integer totalInstances;

    @Option(
            names = "--features",
            split = ",",
            paramLabel = "NAME=true|false",
            description = "strangler_fig: which have moved.")
    private @Nullable Map<String, Boolean> features;

    @Option(
            names = "--flags",
            split = ",",
            paramLabel = "NAME=true|false",
            description = "feature_flag: which are enabled.")
    private @Nullable Map<String, Boolean> flags;

    @Option(names = "--rollout-percentage", paramLabel = "SHARE", description = "feature_flag: 0.0 to 1.0.")
    private @Nullable Double rolloutPercentage;

    @Option(
            names = "--regions",
            split = ",",
            paramLabel = "NAME=true|false",
            description = "geographic: which have moved.")
    private @Nullable Map<String, Boolean> regions;

    @Option(names = "--window-start", paramLabel = "MOMENT", description = "time_window: 2024-01-15T02:00:00Z.")
    private @Nullable String windowStart;

    @Option(names = "--window-end", paramLabel = "MOMENT", description = "time_window.")
    private @Nullable String windowEnd;

    @Option(names = "--sample-by", paramLabel = "UNIT", description = "key, connection or user.")
    private @Nullable String sampleBy;

    @Option(names = "--write-mode", paramLabel = "MODE", description = "dual_write or cutover.")
    private @Nullable String writeMode;

    @Option(names = "--policy", paramLabel = "POLICY", description = "dual_write: old_authoritative, …")
    private @Nullable String policy;

    @Option(names = "--write-percentage", paramLabel = "SHARE", description = "cutover: 0.0 to 1.0.")
    private @Nullable Double writePercentage;

    /** Whether a strategy was named. */
    boolean given() {
        return type != null;
    }

    /** The document; fields that were not given are absent. */
    ObjectNode document() {
        ObjectNode json = Documents.object().put("type", type);
        if (durability != null) {
            json.put("durability", durability);
        }
        if (readPercentage != null) {
            json.put("read_percentage", readPercentage);
        }
        if (activeIsNew != null) {
            json.put("active_is_new", activeIsNew);
        }
        if (migratedInstances != null) {
            migratedInstances.forEach(json.putArray("migrated_instances")::add);
        }
        if (totalInstances != null) {
            json.put("total_instances", totalInstances);
        }
        map(json, "features", features);
        map(json, "flags", flags);
        if (rolloutPercentage != null) {
            json.put("rollout_percentage", rolloutPercentage);
        }
        map(json, "regions", regions);
        text(json, "window_start", windowStart);
        text(json, "window_end", windowEnd);
        text(json, "sample_by", sampleBy);
        writeMode(json);
        return json;
    }

    private void writeMode(ObjectNode json) {
        if (writeMode == null && policy == null && writePercentage == null) {
            return;
        }
        ObjectNode mode = json.putObject("write_mode");
        text(mode, "mode", writeMode);
        text(mode, "policy", policy);
        if (writePercentage != null) {
            mode.put("write_percentage", writePercentage);
        }
    }

    /** Sets a field that was given. */
    static void text(ObjectNode json, String field, @Nullable String value) {
        if (value != null) {
            json.put(field, value);
        }
    }

    private static void map(ObjectNode json, String field, @Nullable Map<String, Boolean> values) {
        if (values != null) {
            ObjectNode into = json.putObject(field);
            values.forEach(into::put);
        }
    }
}
