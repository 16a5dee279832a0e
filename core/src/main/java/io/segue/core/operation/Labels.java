package io.segue.core.operation;

/**
 * Facts about where an operation comes from that some strategies route by.
 *
 * @param region the proxy's region; empty if it has none
 * @param instance the proxy's instance; empty if it has none
 */
public record Labels(String region, String instance) {
    /** No label at all. */
    public static final Labels NONE = new Labels("", "");
}
