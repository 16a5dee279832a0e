package io.segue.proxy.config;

import io.segue.proto.v1.Canary;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.Plan;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.Strategy;

/** Configurations for tests. */
public final class Configs {
    /** A password that must never be shown. */
    public static final String SECRET = "s3cr3t-pass";

    private Configs() {}

    /** One interlay on one endpoint. */
    public static ProxyConfig plain(long version) {
        return ProxyConfig.newBuilder()
                .setVersion(version)
                .addInterlays(interlay("cache", 7000))
                .build();
    }

    /** The same with a canary. */
    public static ProxyConfig canary(long version, double share) {
        return ProxyConfig.newBuilder()
                .setVersion(version)
                .addInterlays(interlay("cache", 7000).setPlan(plan(share)))
                .build();
    }

    /** The same without a plan, while a canary is prepared and what it moves is held. */
    static ProxyConfig holding(long version, double share) {
        Prepared.Builder prepared = Prepared.newBuilder()
                .setEndpoint(endpoint("old_redis", 6379))
                .setPlan(plan(share))
                .setHold(true)
                .setHoldLimitMs(2_000);
        return ProxyConfig.newBuilder()
                .setVersion(version)
                .addInterlays(interlay("cache", 7000).setPrepared(prepared))
                .build();
    }

    static InterlayConfig.Builder interlay(String id, int port) {
        return InterlayConfig.newBuilder()
                .setId(id)
                .setBind("127.0.0.1")
                .setPort(port)
                .setEndpoint(endpoint("old_redis", 6379));
    }

    static Plan.Builder plan(double share) {
        return Plan.newBuilder()
                .setMigrationId("move_cache")
                .setMigrationUuid("550e8400-e29b-41d4-a716-446655440000")
                .setNewEndpoint(endpoint("new_redis", 6380))
                .setStrategy(Strategy.newBuilder().setCanary(Canary.newBuilder().setReadPercentage(share)));
    }

    static Endpoint.Builder endpoint(String id, int port) {
        return Endpoint.newBuilder()
                .setId(id)
                .setKind("redis")
                .setWriteConn(ConnectionConfig.newBuilder()
                        .setHost("127.0.0.1")
                        .setPort(port)
                        .setPassword(SECRET));
    }
}
