package io.segue.core.operation;

/**
 * Facts about where an operation comes from, and what it is for, that some strategies route by. Each is empty if it has none.
 *
 * @param region the proxy's region
 * @param instance the proxy's instance, or the shard of the key
 * @param feature the feature of the application that it belongs to
 * @param flag the feature flag that governs it
 */
public record Labels(String region, String instance, String feature, String flag) {
    /** No label at all. */
    public static final Labels NONE = new Labels("", "");

    /** What all operations of one proxy have. */
    public Labels(String region, String instance) {
        this(region, instance, "", "");
    }

    /** The same, with another value of one label. */
    public Labels with(Label label, String value) {
        return switch (label) {
            case NONE -> this;
            case REGION -> new Labels(value, instance, feature, flag);
            case INSTANCE -> new Labels(region, value, feature, flag);
            case FEATURE -> new Labels(region, instance, value, flag);
            case FLAG -> new Labels(region, instance, feature, value);
        };
    }
}
