package io.segue.proxy.protocol;

/**
 * What a server said of itself when a connection was opened.
 *
 * @param version release, such as {@code "7.0.15"}; empty if it would not say
 * @param runId changes when the server restarts; empty if it would not say
 * @param connectionId the server's number for the connection; -1 if it would not say
 * @param clockOffsetMs the server's clock minus ours, in milliseconds
 */
public record ServerFacts(String version, String runId, long connectionId, long clockOffsetMs) {}
