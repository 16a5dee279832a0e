package io.segue.core.wire;

import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.ShadowTraffic;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.SampleBy;
import java.util.Locale;

/** Turns the strategy message into the strategy that decides, and refuses what cannot be run. */
public final class StrategyMapper {
    private StrategyMapper() {}

    /**
     * The strategy of a message.
     *
     * @throws InvalidFieldException a value is out of range, or no strategy is set
     * @throws NotSupportedException the strategy, policy or sampling exists in the API but not in this release
     */
    public static Strategy fromProto(io.segue.proto.v1.Strategy message) {
        SampleBy sampleBy = message.getSampleBy();
        if (sampleBy != SampleBy.SAMPLE_BY_UNSPECIFIED && sampleBy != SampleBy.SAMPLE_BY_KEY) {
            throw unsupported("strategy.sample_by", apiName(sampleBy.name(), "SAMPLE_BY_"), "key");
        }
        return switch (message.getKindCase()) {
            case BIG_BANG ->
                new BigBang(!message.getBigBang().hasDurability()
                        || message.getBigBang().getDurability());
            case CANARY -> canary(message.getCanary());
            case SHADOW_TRAFFIC -> new ShadowTraffic();
            case KIND_NOT_SET -> throw new InvalidFieldException("strategy.type", "nothing", "a strategy");
            default ->
                throw unsupported(
                        "strategy.type",
                        message.getKindCase().name().toLowerCase(Locale.ROOT),
                        "big_bang, canary, shadow_traffic");
        };
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

    private static String apiName(String constant, String prefix) {
        return constant.substring(prefix.length()).toLowerCase(Locale.ROOT);
    }

    private static NotSupportedException unsupported(String field, String value, String supported) {
        return new NotSupportedException(
                field + ": " + value + " is not available in this release (expected: " + supported + ")");
    }
}
