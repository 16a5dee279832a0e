package io.segue.controlplane.mover;

/**
 * How one movement stands, for metrics.
 *
 * @param migration id of the migration
 * @param direction {@code "forward"} or {@code "reverse"}
 * @param authority id of the endpoint that is copied
 * @param follower id of the endpoint that it is copied to
 */
public record RunningMovement(
        String migration, String direction, String authority, String follower, MoverStatus status) {}
