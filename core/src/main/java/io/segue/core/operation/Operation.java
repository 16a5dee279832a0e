package io.segue.core.operation;

/**
 * The facts about one unit of work that a strategy may look at.
 *
 * @param access what it does
 * @param bucket its bucket, 0 to {@link Bucket#COUNT} - 1; {@link Bucket#KEYLESS} where it names no key
 * @param labels where it comes from
 */
public record Operation(Access access, int bucket, Labels labels) {
    public Operation {
        if (bucket < 0 || bucket >= Bucket.COUNT) {
            throw new IllegalArgumentException("bucket: " + bucket + " (expected: 0 to " + (Bucket.COUNT - 1) + ")");
        }
    }
}
