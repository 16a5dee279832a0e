package io.segue.loadtest.redis;

import java.io.IOException;
import java.util.List;

/** A place that holds data: one server (or something in front of it, such as a proxy), or a cluster. Thread-safe. */
public interface Store {
    /** Whether keys are spread over nodes by their slots; if not, there is one node. */
    boolean isCluster();

    /** New connections to all nodes that own data, for one thread. */
    StoreSession open() throws IOException;

    /** The server that listens on a port of this machine, without a password. */
    static Store at(int port) {
        return new Store() {
            @Override
            public boolean isCluster() {
                return false;
            }

            @Override
            public StoreSession open() throws IOException {
                return StoreSession.single(RespClient.connect(port));
            }

            @Override
            public String toString() {
                return "port " + port;
            }
        };
    }

    /** A server that {@link RedisServer} has started. */
    static Store of(RedisServer server) {
        return new Store() {
            @Override
            public boolean isCluster() {
                return false;
            }

            @Override
            public StoreSession open() {
                return StoreSession.single(server.connect());
            }

            @Override
            public String toString() {
                return "redis-server " + server.version() + " on port " + server.port();
            }
        };
    }

    /** The cluster that the given nodes of this machine belong to; any of them that answers tells of the others. */
    static Store cluster(List<Integer> ports) {
        List<Integer> seeds = List.copyOf(ports);
        return new Store() {
            @Override
            public boolean isCluster() {
                return true;
            }

            @Override
            public StoreSession open() throws IOException {
                return StoreSession.cluster(seeds);
            }

            @Override
            public String toString() {
                return "cluster of ports " + seeds;
            }
        };
    }
}
