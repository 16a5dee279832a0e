package io.segue.controlplane;

import io.segue.controlplane.api.tls.ServerTls;
import io.segue.controlplane.service.Limits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a control plane is started. Port 0 means any free one.
 *
 * @param rest where the REST face listens
 * @param grpc where the gRPC face listens
 * @param admin where health and metrics are
 * @param dataDir where it keeps everything; made if missing
 * @param adminToken the first admin token; absent: one is made and written to {@code dataDir/admin.token}
 * @param limits how long it waits
 * @param tls what the two faces need to speak TLS
 */
public record ControlPlaneOptions(
        InetSocketAddress rest,
        InetSocketAddress grpc,
        InetSocketAddress admin,
        Path dataDir,
        Optional<String> adminToken,
        Limits limits,
        Tls tls) {

    /**
     * Certificates of the two faces. Absent: plain text, which is meant for the loopback address.
     *
     * @param rest of the REST face
     * @param grpc of the gRPC face
     */
    public record Tls(Optional<ServerTls> rest, Optional<ServerTls> grpc) {
        /** Plain text on both. */
        public static final Tls NONE = new Tls(Optional.empty(), Optional.empty());
    }

    /** In plain text. */
    public ControlPlaneOptions(
            InetSocketAddress rest,
            InetSocketAddress grpc,
            InetSocketAddress admin,
            Path dataDir,
            Optional<String> adminToken,
            Limits limits) {
        this(rest, grpc, admin, dataDir, adminToken, limits, Tls.NONE);
    }

    /** As these, with TLS. */
    public ControlPlaneOptions withTls(Tls other) {
        return new ControlPlaneOptions(rest, grpc, admin, dataDir, adminToken, limits, other);
    }

    /** On free ports of the loopback address. */
    public static ControlPlaneOptions local(Path dataDir, String adminToken) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new ControlPlaneOptions(any, any, any, dataDir, Optional.of(adminToken), Limits.DEFAULT);
    }
}
