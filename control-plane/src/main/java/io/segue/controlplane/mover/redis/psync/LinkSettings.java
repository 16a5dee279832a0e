package io.segue.controlplane.mover.redis.psync;

import java.time.Duration;

/**
 * How a link behaves.
 *
 * @param connectTimeout for the connect, and for each reply up to PSYNC
 * @param readTimeout the longest silence of the source, which pings every 10 s by default; at least 1 ms
 * @param minBackoff first bound of the pause before connecting again; above zero
 * @param maxBackoff last bound of it
 * @param patience how long to wait for a node that is behind, because it may yet catch up or be promoted, before a full synchronisation
 * @param maxSnapshotBytes largest snapshot that may be kept on disk
 * @param maxStreamBytes most bytes of the stream that may be kept on disk; at least four segments
 * @param segmentBytes size of one file of the stream, at least 1
 * @param ghostBytes how much of the stream is kept behind the checkpoint, for a source that loses its tail in a failover
 * @param snapshotTries full synchronisations in a row that may fail on the way before the link gives up: each costs the source a fork
 */
public record LinkSettings(
        Duration connectTimeout,
        Duration readTimeout,
        Duration minBackoff,
        Duration maxBackoff,
        Duration patience,
        long maxSnapshotBytes,
        long maxStreamBytes,
        int segmentBytes,
        long ghostBytes,
        int snapshotTries) {
    private static final long MIB = 1024 * 1024;

    /** Fit for a server across a network: up to 64 GiB of snapshot and 16 GiB of stream. */
    public static final LinkSettings DEFAULT = new LinkSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            64 * 1024 * MIB,
            16 * 1024 * MIB,
            (int) (16 * MIB),
            64 * MIB,
            5);

    /** Checks the ranges. */
    public LinkSettings {
        if (segmentBytes < 1 || maxStreamBytes / 4 < segmentBytes) {
            throw new IllegalArgumentException(
                    "segmentBytes: " + segmentBytes + " (expected: 1 to a quarter of " + maxStreamBytes + ")");
        }
        if (minBackoff.isZero() || minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
            throw new IllegalArgumentException(
                    "minBackoff: " + minBackoff + " (expected: above 0, at most " + maxBackoff + ")");
        }
    }
}
