package io.segue.proxy.protocol;

/**
 * What a peer may make the proxy hold. Every limit is checked before anything is allocated for it.
 *
 * @param maxFrameBytes longest request or reply, in bytes
 * @param maxArguments most arguments of one request
 * @param maxInlineBytes longest header line or inline request, in bytes
 * @param maxDepth deepest nesting of a reply
 */
public record Limits(long maxFrameBytes, int maxArguments, int maxInlineBytes, int maxDepth) {
    /** What a Redis server itself allows: 512 MB values, 1,048,576 arguments, 64 KB lines. */
    public static final Limits DEFAULT = new Limits(1L << 30, 1024 * 1024, 64 * 1024, 64);
}
