package io.segue.controlplane.api.rest;

import com.google.protobuf.Timestamp;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.BigBang;
import io.segue.proto.v1.BlueGreen;
import io.segue.proto.v1.Canary;
import io.segue.proto.v1.Cutover;
import io.segue.proto.v1.DualWrite;
import io.segue.proto.v1.FeatureFlag;
import io.segue.proto.v1.Geographic;
import io.segue.proto.v1.RollingUpdate;
import io.segue.proto.v1.SampleBy;
import io.segue.proto.v1.ShadowTraffic;
import io.segue.proto.v1.StranglerFig;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.TimeWindow;
import io.segue.proto.v1.WriteMode;
import io.segue.proto.v1.WritePolicy;
import java.util.List;
import java.util.Optional;

/** Reads the JSON of a strategy, all nine of them. Whether it makes sense is not decided here. */
final class StrategyReader {
    private static final List<String> TYPES = List.of(
            "big_bang",
            "canary",
            "blue_green",
            "rolling_update",
            "shadow_traffic",
            "strangler_fig",
            "feature_flag",
            "geographic",
            "time_window");

    private StrategyReader() {}

    static Strategy read(Fields fields) {
        Strategy.Builder strategy = Strategy.newBuilder();
        String type = EnumNames.oneOf(fields.path("type"), fields.required("type"), TYPES);
        fields.text("sample_by")
                .ifPresent(by -> strategy.setSampleBy(
                        EnumNames.constant(fields.path("sample_by"), by, SampleBy.class, "SAMPLE_BY_")));
        switch (type) {
            case "big_bang" -> strategy.setBigBang(bigBang(fields));
            case "canary" -> strategy.setCanary(canary(fields));
            case "blue_green" -> strategy.setBlueGreen(blueGreen(fields));
            case "rolling_update" -> strategy.setRollingUpdate(rollingUpdate(fields));
            case "strangler_fig" -> strategy.setStranglerFig(stranglerFig(fields));
            case "feature_flag" -> strategy.setFeatureFlag(featureFlag(fields));
            case "geographic" -> strategy.setGeographic(geographic(fields));
            case "time_window" -> strategy.setTimeWindow(timeWindow(fields));
            default -> strategy.setShadowTraffic(ShadowTraffic.getDefaultInstance());
        }
        fields.finish();
        return strategy.build();
    }

    private static BigBang bigBang(Fields fields) {
        BigBang.Builder bigBang = BigBang.newBuilder();
        fields.flag("durability").ifPresent(bigBang::setDurability);
        return bigBang.build();
    }

    private static Canary canary(Fields fields) {
        Canary.Builder canary = Canary.newBuilder().setReadPercentage(share(fields, "read_percentage"));
        writeMode(fields, true).ifPresent(canary::setWriteMode);
        return canary.build();
    }

    private static BlueGreen blueGreen(Fields fields) {
        BlueGreen.Builder blueGreen = BlueGreen.newBuilder()
                .setActiveIsNew(fields.flag("active_is_new").orElse(false));
        writeMode(fields, false).ifPresent(blueGreen::setWriteMode);
        return blueGreen.build();
    }

    private static RollingUpdate rollingUpdate(Fields fields) {
        RollingUpdate.Builder rolling = RollingUpdate.newBuilder()
                .addAllMigratedInstances(fields.texts("migrated_instances"))
                .setTotalInstances(fields.whole("total_instances").orElse(0));
        writeMode(fields, false).ifPresent(rolling::setWriteMode);
        return rolling.build();
    }

    private static StranglerFig stranglerFig(Fields fields) {
        StranglerFig.Builder fig = StranglerFig.newBuilder().putAllFeatures(fields.flags("features"));
        writeMode(fields, false).ifPresent(fig::setWriteMode);
        return fig.build();
    }

    private static FeatureFlag featureFlag(Fields fields) {
        FeatureFlag.Builder flag = FeatureFlag.newBuilder()
                .putAllFlags(fields.flags("flags"))
                .setRolloutPercentage(share(fields, "rollout_percentage"));
        writeMode(fields, false).ifPresent(flag::setWriteMode);
        return flag.build();
    }

    private static Geographic geographic(Fields fields) {
        Geographic.Builder geographic = Geographic.newBuilder().putAllRegions(fields.flags("regions"));
        writeMode(fields, false).ifPresent(geographic::setWriteMode);
        return geographic.build();
    }

    private static TimeWindow timeWindow(Fields fields) {
        TimeWindow.Builder window = TimeWindow.newBuilder()
                .setWindowStart(moment(fields, "window_start"))
                .setWindowEnd(moment(fields, "window_end"))
                .setExecuted(fields.flag("executed").orElse(false));
        writeMode(fields, false).ifPresent(window::setWriteMode);
        return window.build();
    }

    /** @param shared whether a share of the writes may be cut over; where not, it is all of those that follow reads */
    private static Optional<WriteMode> writeMode(Fields fields, boolean shared) {
        return fields.object("write_mode").map(mode -> {
            WriteMode.Builder read = WriteMode.newBuilder();
            String name = EnumNames.oneOf(mode.path("mode"), mode.required("mode"), List.of("dual_write", "cutover"));
            if (name.equals("dual_write")) {
                read.setDualWrite(dualWrite(mode));
            } else {
                boolean all = !shared && !mode.has("write_percentage");
                read.setCutover(Cutover.newBuilder().setWritePercentage(all ? 1.0 : share(mode, "write_percentage")));
            }
            mode.finish();
            return read.build();
        });
    }

    private static DualWrite dualWrite(Fields mode) {
        String field = mode.path("policy");
        String policy = mode.textOr("policy", "old_authoritative");
        if (EnumNames.snake(policy).equals("two_phase_commit")) {
            throw new NotSupportedException(field + ": " + policy + " is not available for Redis"
                    + " (expected: old_authoritative, new_authoritative, both_required, best_effort, last_write_wins)");
        }
        return DualWrite.newBuilder()
                .setPolicy(EnumNames.constant(field, policy, WritePolicy.class, "WRITE_POLICY_"))
                .build();
    }

    private static double share(Fields fields, String field) {
        double value = fields.number(field)
                .orElseThrow(() -> new InvalidFieldException(fields.path(field), "nothing", "0.0 to 1.0"));
        return Check.share(fields.path(field), value);
    }

    private static Timestamp moment(Fields fields, String field) {
        fields.required(field);
        return fields.moment(field).orElseThrow();
    }
}
