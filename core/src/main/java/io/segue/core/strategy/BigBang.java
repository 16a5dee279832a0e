package io.segue.core.strategy;

import io.segue.core.operation.Operation;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;

/**
 * Everything goes to NEW at once.
 *
 * <ol>
 *   <li>Reads: NEW.
 *   <li>Writes: NEW; with {@code durability} their effects also go to OLD, so that OLD stays in step until completion.
 *   <li>Pinned work: NEW.
 * </ol>
 *
 * @param durability keep OLD in step
 */
public record BigBang(boolean durability) implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "big_bang";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return switch (operation.access()) {
            case READ, SESSION, PINNED -> Verdict.single(Side.NEW);
            case WRITE -> durability ? Verdict.dual(Side.NEW) : Verdict.single(Side.NEW);
        };
    }

    @Override
    public String why(Operation operation) {
        return "everything goes to NEW" + (durability ? ", and OLD is kept in step" : "");
    }
}
