package io.segue.core.labels;

/**
 * How an interlay names what its operations are for.
 *
 * @param rules features, flags and users
 * @param byShard whether the instance of an operation is the shard of its key; else it is the proxy's
 */
public record Labelling(LabelRules rules, boolean byShard) {
    /** Nothing is named but what the proxy is. */
    public static final Labelling NONE = new Labelling(LabelRules.NONE, false);

    /** The instance of an operation whose key is in this shard, counted from 0: {@code "shard-3"}. */
    public static String shardName(int shard) {
        return "shard-" + shard;
    }
}
