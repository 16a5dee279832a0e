package io.segue.core.strategy;

import io.segue.core.operation.Operation;
import io.segue.core.verdict.Verdict;
import java.time.Instant;

/**
 * Decides where operations go while a migration runs. Before the start and after a rollback everything is on OLD, after
 * completion everything is on NEW; no strategy is asked then.
 *
 * <p>{@link #decide} is total (never null, never throws), pure (same input, same answer) and sticky (growing a share never moves
 * a bucket back). The side a {@link io.segue.core.operation.Access#WRITE} goes to first is the authority of its bucket.
 *
 * <p>To add a strategy: one record here whose header comment is its specification, its name in {@code permits}, its message in
 * {@code migration.proto} and its line in {@code StrategyMapper}.
 */
public sealed interface Strategy permits BigBang, Canary, ShadowTraffic {

    /** The name in the API: {@code "canary"}. */
    String type();

    /** Where {@code operation} goes at {@code now}. */
    Verdict decide(Operation operation, Instant now);
}
