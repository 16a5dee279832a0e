package io.segue.core.wire;

import com.google.protobuf.Timestamp;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.BlueGreen;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.FeatureFlag;
import io.segue.core.strategy.Geographic;
import io.segue.core.strategy.RollingUpdate;
import io.segue.core.strategy.ShadowTraffic;
import io.segue.core.strategy.StranglerFig;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.TimeWindow;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.validation.InvalidFieldException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** Turns the strategy message into the strategy that decides, and refuses what cannot be run. */
public final class StrategyMapper {
    private StrategyMapper() {}

    /**
     * The strategy of a message.
     *
     * @throws InvalidFieldException a value is out of range, or no strategy is set
     */
    public static Strategy fromProto(io.segue.proto.v1.Strategy message) {
        return switch (message.getKindCase()) {
            case BIG_BANG ->
                new BigBang(!message.getBigBang().hasDurability()
                        || message.getBigBang().getDurability());
            case CANARY -> canary(message.getCanary());
            case BLUE_GREEN -> blueGreen(message.getBlueGreen());
            case ROLLING_UPDATE -> rollingUpdate(message.getRollingUpdate());
            case SHADOW_TRAFFIC -> new ShadowTraffic();
            case STRANGLER_FIG -> stranglerFig(message.getStranglerFig());
            case FEATURE_FLAG -> featureFlag(message.getFeatureFlag());
            case GEOGRAPHIC -> geographic(message.getGeographic());
            case TIME_WINDOW -> timeWindow(message.getTimeWindow());
            case KIND_NOT_SET -> throw new InvalidFieldException("strategy.type", "nothing", "a strategy");
        };
    }

    /**
     * What a strategy samples.
     *
     * @throws InvalidFieldException it is not known
     */
    public static Sampling sampling(io.segue.proto.v1.Strategy message) {
        return switch (message.getSampleBy()) {
            case SAMPLE_BY_UNSPECIFIED, SAMPLE_BY_KEY -> Sampling.KEY;
            case SAMPLE_BY_CONNECTION -> Sampling.CONNECTION;
            case SAMPLE_BY_USER -> Sampling.USER;
            case UNRECOGNIZED ->
                throw new InvalidFieldException(
                        "strategy.sample_by", message.getSampleByValue(), "key, connection, user");
        };
    }

    private static Strategy blueGreen(io.segue.proto.v1.BlueGreen message) {
        return new BlueGreen(
                message.getActiveIsNew(), dualWrite(message.hasWriteMode(), message.getWriteMode(), BlueGreen.TYPE));
    }

    private static Strategy rollingUpdate(io.segue.proto.v1.RollingUpdate message) {
        return new RollingUpdate(
                new HashSet<>(message.getMigratedInstancesList()),
                message.getTotalInstances(),
                dualWrite(message.hasWriteMode(), message.getWriteMode(), RollingUpdate.TYPE));
    }

    private static Strategy stranglerFig(io.segue.proto.v1.StranglerFig message) {
        return new StranglerFig(
                message.getFeaturesMap(), dualWrite(message.hasWriteMode(), message.getWriteMode(), StranglerFig.TYPE));
    }

    private static Strategy featureFlag(io.segue.proto.v1.FeatureFlag message) {
        return new FeatureFlag(
                message.getFlagsMap(),
                message.getRolloutPercentage(),
                dualWrite(message.hasWriteMode(), message.getWriteMode(), FeatureFlag.TYPE));
    }

    private static Strategy geographic(io.segue.proto.v1.Geographic message) {
        return new Geographic(
                message.getRegionsMap(), dualWrite(message.hasWriteMode(), message.getWriteMode(), Geographic.TYPE));
    }

    private static Strategy timeWindow(io.segue.proto.v1.TimeWindow message) {
        return new TimeWindow(
                moment("strategy.window_start", message.hasWindowStart(), message.getWindowStart()),
                moment("strategy.window_end", message.hasWindowEnd(), message.getWindowEnd()),
                message.getExecuted(),
                dualWrite(message.hasWriteMode(), message.getWriteMode(), TimeWindow.TYPE));
    }

    private static Instant moment(String field, boolean present, Timestamp message) {
        if (!present) {
            throw new InvalidFieldException(field, "nothing", "a moment");
        }
        try {
            return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
        } catch (DateTimeException e) {
            throw new InvalidFieldException(field, message.getSeconds() + " s", "a moment");
        }
    }

    /** How both sides are written; null where writes go where reads go, which is all that cutover can mean here. */
    private static WriteMode.@Nullable DualWrite dualWrite(
            boolean present, io.segue.proto.v1.WriteMode message, String type) {
        if (!present) {
            return null;
        }
        WriteMode mode = writeMode(message);
        if (mode instanceof WriteMode.Cutover cutover && cutover.writePercentage() != 1.0) {
            throw new InvalidFieldException(
                    "strategy.write_mode.write_percentage",
                    cutover.writePercentage(),
                    "1.0: under " + type + " writes go where reads go");
        }
        return mode instanceof WriteMode.DualWrite both ? both : null;
    }

    private static Strategy canary(io.segue.proto.v1.Canary message) {
        WriteMode mode = message.hasWriteMode()
                ? writeMode(message.getWriteMode())
                : new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);
        return new Canary(message.getReadPercentage(), mode);
    }

    private static WriteMode writeMode(io.segue.proto.v1.WriteMode message) {
        return switch (message.getModeCase()) {
            case DUAL_WRITE ->
                new WriteMode.DualWrite(policy(message.getDualWrite().getPolicy()));
            case CUTOVER -> new WriteMode.Cutover(message.getCutover().getWritePercentage());
            case MODE_NOT_SET ->
                throw new InvalidFieldException("strategy.write_mode.mode", "nothing", "dual_write or cutover");
        };
    }

    private static WritePolicy policy(io.segue.proto.v1.WritePolicy message) {
        return switch (message) {
            case WRITE_POLICY_UNSPECIFIED, WRITE_POLICY_OLD_AUTHORITATIVE -> WritePolicy.OLD_AUTHORITATIVE;
            case WRITE_POLICY_NEW_AUTHORITATIVE -> WritePolicy.NEW_AUTHORITATIVE;
            case WRITE_POLICY_BOTH_REQUIRED -> WritePolicy.BOTH_REQUIRED;
            case WRITE_POLICY_BEST_EFFORT -> WritePolicy.BEST_EFFORT;
            case WRITE_POLICY_LAST_WRITE_WINS -> WritePolicy.LAST_WRITE_WINS;
            case UNRECOGNIZED ->
                throw new InvalidFieldException("strategy.write_mode.policy", message, "a known policy");
        };
    }
}
