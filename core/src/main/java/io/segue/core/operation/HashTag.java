package io.segue.core.operation;

/**
 * Which part of a key decides where it lives. Proxies and movers must agree on it: it is what a key's {@link Bucket} is taken from.
 * The rule of Redis Cluster
 * (<a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags">specification</a>).
 */
public final class HashTag {
    private HashTag() {}

    /**
     * What is between the first opening brace and the first closing brace after it, unless it is empty; else the whole key.
     *
     * @return {@code key[from, to)}: {@code from} in the upper half, {@code to} in the lower half
     */
    public static long range(byte[] key, int length) {
        for (int from = 0; from < length; from++) {
            if (key[from] == '{') {
                for (int to = from + 1; to < length; to++) {
                    if (key[to] == '}') {
                        return to == from + 1 ? length : (long) (from + 1) << 32 | to;
                    }
                }
                return length;
            }
        }
        return length;
    }

    /** The bucket of a key. */
    public static int bucket(byte[] key, long salt) {
        long range = range(key, key.length);
        int from = (int) (range >>> 32);
        return Bucket.of(key, from, (int) range - from, salt);
    }
}
