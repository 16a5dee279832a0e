package io.segue.core.plan;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.strategy.Strategy;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;

/**
 * A strategy compiled into one table of verdicts, so that deciding a request is an array look-up. Immutable, thread-safe.
 */
public final class Plan {
    private static final Access[] ACCESSES = Access.values();

    private final String migrationId;
    private final Strategy strategy;
    private final long salt;
    private final Verdict[][] verdicts;

    private Plan(String migrationId, Strategy strategy, long salt, Verdict[][] verdicts) {
        this.migrationId = migrationId;
        this.strategy = strategy;
        this.salt = salt;
        this.verdicts = verdicts;
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

    /** Whether clients may be reading this bucket from the side that is not its authority. */
    public boolean followerReads(int bucket) {
        return verdict(Access.READ, bucket).primary() != authority(bucket);
    }

    /**
     * The same, but that every key is read at its authority: nothing depends on the other side then, and it is written as before. The one
     * change of a plan that gives no key another authority whatever the others do, so that a proxy may make it alone.
     */
    public Plan readsAtAuthority() {
        Verdict[][] careful = verdicts.clone();
        careful[Access.READ.ordinal()] = new Verdict[Bucket.COUNT];
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            careful[Access.READ.ordinal()][bucket] = Verdict.single(authority(bucket));
        }
        return new Plan(migrationId, strategy, salt, careful);
    }

    /** Whether some read depends on the side that is not the authority of its key. */
    public boolean readsElsewhere() {
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (!verdict(Access.READ, bucket).equals(Verdict.single(authority(bucket)))) {
                return true;
            }
        }
        return false;
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
