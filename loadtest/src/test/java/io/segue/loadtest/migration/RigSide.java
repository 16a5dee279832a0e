package io.segue.loadtest.migration;

import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
import org.jspecify.annotations.Nullable;

/**
 * OLD or NEW of a {@link Rig}: a server or a cluster, and what stands in front of it. Segue is told the front port; the test itself goes to the
 * store directly.
 *
 * @param fault in front of a server, or of the first node of a cluster; null if nothing is
 */
public record RigSide(
        Store store,
        @Nullable RedisServer server,
        @Nullable RedisCluster cluster,
        @Nullable FaultProxy fault) implements AutoCloseable {

    public static RigSide of(RedisServer server) {
        return new RigSide(Store.of(server), server, null, null);
    }

    public static RigSide of(RedisBinary binary) {
        return of(RedisServer.builder().binary(binary).start());
    }

    public static RigSide of(RedisCluster cluster) {
        return new RigSide(cluster, null, cluster, null);
    }

    /** The same behind a fault proxy. The nodes of a cluster name each other: only what is first asked for goes through it. */
    public RigSide behindFaults() {
        return new RigSide(store, server, cluster, FaultProxy.start(serverPort()));
    }

    /** Where the server, or the first node, listens. */
    public int serverPort() {
        return server != null ? server.port() : cluster.ports().get(0);
    }

    /** The port that Segue is told. */
    public int port() {
        return fault != null ? fault.port() : serverPort();
    }

    public RedisServer needServer() {
        if (server == null) {
            throw new IllegalStateException("this side is a cluster (expected: a server)");
        }
        return server;
    }

    public FaultProxy needFault() {
        if (fault == null) {
            throw new IllegalStateException("this side has no fault proxy (expected: Rig.Setup.faults())");
        }
        return fault;
    }

    @Override
    public void close() {
        if (fault != null) {
            fault.close();
        }
        if (server != null) {
            server.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }
}
