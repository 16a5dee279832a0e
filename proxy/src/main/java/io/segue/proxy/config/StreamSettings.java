package io.segue.proxy.config;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Where and how to reach the control plane.
 *
 * @param controlPlane its gRPC address
 * @param node who asks
 * @param token the bearer token; read anew for every attempt, so that a changed token file is taken up
 * @param minBackoff first pause after the link broke
 * @param maxBackoff longest pause
 * @param unwelcomePause pause after the token was refused
 * @param reportInterval pause between reports
 * @param closeLimit how long to wait for the server when closing
 * @param tls how the link is encrypted; absent: plain text
 */
public record StreamSettings(
        HostPort controlPlane,
        NodeInfo node,
        Supplier<String> token,
        Duration minBackoff,
        Duration maxBackoff,
        Duration unwelcomePause,
        Duration reportInterval,
        Duration closeLimit,
        Optional<LinkTls> tls) {

    /** In plain text. */
    public StreamSettings(
            HostPort controlPlane,
            NodeInfo node,
            Supplier<String> token,
            Duration minBackoff,
            Duration maxBackoff,
            Duration unwelcomePause,
            Duration reportInterval,
            Duration closeLimit) {
        this(
                controlPlane,
                node,
                token,
                minBackoff,
                maxBackoff,
                unwelcomePause,
                reportInterval,
                closeLimit,
                Optional.empty());
    }

    /** As these, with TLS. */
    public StreamSettings withTls(Optional<LinkTls> other) {
        return new StreamSettings(
                controlPlane, node, token, minBackoff, maxBackoff, unwelcomePause, reportInterval, closeLimit, other);
    }

    /** The values for production: 100 ms to 10 s, 30 s, 1 s, 1 s. */
    public static StreamSettings production(HostPort controlPlane, NodeInfo node, Supplier<String> token) {
        return new StreamSettings(
                controlPlane,
                node,
                token,
                Duration.ofMillis(100),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }

    Backoff newBackoff() {
        return new Backoff(minBackoff, maxBackoff, RandomGenerator.getDefault());
    }
}
