package io.segue.core.wire;

import io.segue.core.guardrail.Guardrails;
import io.segue.core.validation.InvalidFieldException;
import java.util.Optional;
import java.util.OptionalDouble;

/** Turns the guardrail message into the guardrails that judge. */
public final class GuardrailMapper {
    private GuardrailMapper() {}

    /**
     * The guardrails of a message.
     *
     * @return empty if it has no limit and nothing else
     * @throws InvalidFieldException a value is out of range, or there is a window and no limit
     */
    public static Optional<Guardrails> fromProto(io.segue.proto.v1.Guardrails message) {
        if (message.equals(io.segue.proto.v1.Guardrails.getDefaultInstance())) {
            return Optional.empty();
        }
        return Optional.of(new Guardrails(
                message.hasMaxErrorRate() ? OptionalDouble.of(message.getMaxErrorRate()) : OptionalDouble.empty(),
                message.hasMaxP99Ratio() ? OptionalDouble.of(message.getMaxP99Ratio()) : OptionalDouble.empty(),
                message.hasMaxDivergenceRate()
                        ? OptionalDouble.of(message.getMaxDivergenceRate())
                        : OptionalDouble.empty(),
                message.getWindowSeconds() == 0 ? Guardrails.DEFAULT_WINDOW_SECONDS : message.getWindowSeconds(),
                message.getMinRequests() == 0 ? Guardrails.DEFAULT_MIN_REQUESTS : message.getMinRequests()));
    }
}
