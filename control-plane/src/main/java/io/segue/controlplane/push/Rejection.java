package io.segue.controlplane.push;

/**
 * A proxy cannot run a configuration.
 *
 * @param proxy id of the proxy
 * @param version what it was sent
 * @param reason as the proxy put it
 */
public record Rejection(String proxy, long version, String reason) {}
