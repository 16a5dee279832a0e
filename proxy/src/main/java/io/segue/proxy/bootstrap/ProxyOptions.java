package io.segue.proxy.bootstrap;

import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proxy.config.HostPort;
import io.segue.proxy.config.LinkTls;
import io.segue.proxy.config.Overrides;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a proxy process is started with.
 *
 * @param nodeId unique among the proxies
 * @param controlPlane gRPC address of the control plane
 * @param admin where the admin port listens; port 0 takes any free one
 * @param dataDir where the proxy keeps its state; made when missing
 * @param region empty if it has none
 * @param instance empty if it has none
 * @param threads event loops, 1 to 1024
 * @param rescueBudgetMs how long a read may wait for the side that is not the authority, in milliseconds, 1 to 10000
 * @param listen where interlays are served instead of their own address
 * @param gateway where applications call APIs; empty: nowhere
 * @param gatewayToken what those callers must bring; empty: nothing, which is allowed on the loopback address only
 * @param token the bearer token, read anew for every connection to the control plane
 * @param tls how the link to the control plane is encrypted; absent: plain text
 */
public record ProxyOptions(
        String nodeId,
        HostPort controlPlane,
        HostPort admin,
        Path dataDir,
        String region,
        String instance,
        int threads,
        int rescueBudgetMs,
        Overrides listen,
        Optional<HostPort> gateway,
        Optional<Supplier<String>> gatewayToken,
        Supplier<String> token,
        Optional<LinkTls> tls) {
    private static final int MAX_THREADS = 1024;
    private static final int MAX_BUDGET_MS = 10_000;

    public ProxyOptions {
        Check.id("--node-id", nodeId);
        Check.range("--threads", threads, 1, MAX_THREADS);
        Check.range("--rescue-budget-ms", rescueBudgetMs, 1, MAX_BUDGET_MS);
        if (gateway.isPresent() && gatewayToken.isEmpty() && !gateway.get().isLoopback()) {
            throw new InvalidFieldException(
                    "--gateway-token-file",
                    "nothing",
                    "a file with a token, since --gateway is not on the loopback address");
        }
        if (controlPlane.port() == 0) {
            throw new InvalidFieldException("--control-plane", controlPlane, "a port of 1 to 65535");
        }
    }

    @Override
    public String toString() {
        return "ProxyOptions[nodeId=" + nodeId + ", controlPlane=" + controlPlane + ", admin=" + admin + ", dataDir="
                + dataDir + ", region=" + region + ", instance=" + instance + ", threads=" + threads
                + ", rescueBudgetMs="
                + rescueBudgetMs + ", listen="
                + listen + ", token=***]";
    }
}
