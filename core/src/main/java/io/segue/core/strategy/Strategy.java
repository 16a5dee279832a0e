package io.segue.core.strategy;

import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.List;

/**
 * Decides where operations go while a migration runs. Before the start and after a rollback everything is on OLD, after
 * completion everything is on NEW; no strategy is asked then.
 *
 * <p>{@link #decide} is total (never null, never throws), pure (same input, same answer) and sticky (growing a share never moves
 * a bucket back). The side a {@link io.segue.core.operation.Access#WRITE} goes to first is the authority of its bucket. Of the labels of an
 * operation it looks at one, {@link #label}, and all that it wants to know of that is {@link #selects}.
 *
 * <p>To add a strategy: one record here whose header comment is its specification, its name in {@code permits}, its message in
 * {@code migration.proto} and its line in {@code StrategyMapper}.
 */
public sealed interface Strategy
        permits BigBang,
                BlueGreen,
                Canary,
                FeatureFlag,
                Geographic,
                RollingUpdate,
                ShadowTraffic,
                StranglerFig,
                TimeWindow {

    /** The name in the API: {@code "canary"}. */
    String type();

    /** Where {@code operation} goes at {@code now}. */
    Verdict decide(Operation operation, Instant now);

    /** Why it goes there, in words, for people: {@code "bucket 123 is below 500 (read_percentage 0.05)"}. */
    String why(Operation operation);

    /** The label that it looks at. */
    default Label label() {
        return Label.NONE;
    }

    /** Whether operations with these labels are among those that it moves. */
    default boolean selects(Labels labels) {
        return true;
    }

    /** Labels among which there is every answer that {@link #selects} can give. */
    default List<Labels> samples() {
        return List.of(Labels.NONE);
    }

    /** Into how many instances the keys are divided, where the instance is the shard of the key; 0: it knows no instances. */
    default int instances() {
        return 0;
    }

    /** Whether its share is one of users: where the user of an operation is known, its bucket is the user's, whatever is sampled. */
    default boolean sharesUsers() {
        return false;
    }
}
