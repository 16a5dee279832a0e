package io.segue.core.plan;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.strategy.Strategy;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/**
 * A strategy compiled into one table of verdicts, so that deciding a request is an array look-up. Immutable, thread-safe.
 */
public final class Plan {
    private static final Access[] ACCESSES = Access.values();

    private final String migrationId;
    private final Strategy strategy;
    private final long salt;
    private final Verdict[][] verdicts;
    private final Set<Quorum> quorums = EnumSet.noneOf(Quorum.class);

    private Plan(String migrationId, Strategy strategy, long salt, Verdict[][] verdicts) {
        this.migrationId = migrationId;
        this.strategy = strategy;
        this.salt = salt;
        this.verdicts = verdicts;
        for (Verdict verdict : verdicts[Access.WRITE.ordinal()]) {
            if (verdict instanceof Verdict.Dual dual) {
                quorums.add(dual.quorum());
            }
        }
    }

    /** Compiles {@code strategy} for the operations that carry {@code labels}. */
    public static Plan compile(String migrationId, String migrationUuid, Strategy strategy, Labels labels) {
        Verdict[][] verdicts = new Verdict[ACCESSES.length][Bucket.COUNT];
        for (Access access : ACCESSES) {
            for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
                // No strategy of this release looks at the time.
                verdicts[access.ordinal()][bucket] =
                        strategy.decide(new Operation(access, bucket, labels), Instant.EPOCH);
            }
        }
        return new Plan(migrationId, strategy, Bucket.salt(migrationUuid), verdicts);
    }

    /** Id of the migration. */
    public String migrationId() {
        return migrationId;
    }

    /** What was compiled. */
    public Strategy strategy() {
        return strategy;
    }

    /** Salt for {@link Bucket#of}. */
    public long salt() {
        return salt;
    }

    /** Where an operation goes. */
    public Verdict verdict(Access access, int bucket) {
        return verdicts[access.ordinal()][bucket];
    }

    /** The side whose state is the truth for the keys of this bucket. */
    public Side authority(int bucket) {
        return verdict(Access.WRITE, bucket).primary();
    }

    /** Whether, for some key, the side that is not the authority takes writes while the authority cannot be reached. */
    public boolean takesOver() {
        return quorums.stream().anyMatch(Quorum::takesOver);
    }

    /** Whether, for some key, a write has succeeded only when both sides have executed it. */
    public boolean requiresBoth() {
        return quorums.contains(Quorum.BOTH);
    }

    /** Whether clients may be reading this bucket from the side that is not its authority. */
    public boolean followerReads(int bucket) {
        return verdict(Access.READ, bucket).primary() != authority(bucket);
    }

    /** Whether some bucket has another authority under {@code next} than under this plan. Salts must be equal. */
    public boolean movesAuthority(Plan next) {
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (authority(bucket) != next.authority(bucket)) {
                return true;
            }
        }
        return false;
    }
}
