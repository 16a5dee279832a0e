package io.segue.core.strategy;

import io.segue.core.operation.Operation;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;

/**
 * OLD answers everything; NEW is tried out with a copy.
 *
 * <ol>
 *   <li>Reads: OLD answers; NEW gets a copy, and the replies are compared.
 *   <li>Writes: OLD answers; NEW gets the effect, and the outcomes are compared.
 *   <li>Pinned work: OLD only.
 * </ol>
 */
public record ShadowTraffic() implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "shadow_traffic";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return switch (operation.access()) {
            case READ, WRITE -> Verdict.shadowed(Side.OLD);
            case SESSION, PINNED -> Verdict.single(Side.OLD);
        };
    }

    @Override
    public String why(Operation operation) {
        return "OLD answers everything; NEW gets a copy";
    }
}
