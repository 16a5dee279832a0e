package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.LabelRule;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.TimeWindow;
import org.junit.jupiter.api.Test;

class SnapshotMapperTest {

    private static ProxyConfig of(InterlayConfig.Builder... interlays) {
        ProxyConfig.Builder config = ProxyConfig.newBuilder().setVersion(1);
        for (InterlayConfig.Builder interlay : interlays) {
            config.addInterlays(interlay);
        }
        return config.build();
    }

    private static void assertRejected(ProxyConfig config, String reason) {
        assertThatThrownBy(() -> SnapshotMapper.fromProto(config))
                .isInstanceOf(ConfigRejectedException.class)
                .hasMessage(reason);
    }

    @Test
    void mapsAMigration() {
        ProxySnapshot snapshot = SnapshotMapper.fromProto(Configs.canary(9, 0.05));
        assertThat(snapshot.version()).isEqualTo(9);
        InterlaySpec interlay = snapshot.interlays().get(0);
        assertThat(interlay.id()).isEqualTo("cache");
        assertThat(interlay.endpoint().write().port()).isEqualTo(6379);
        assertThat(interlay.endpoint().read()).isNull();
        assertThat(interlay.endpoint().readOrWrite())
                .isEqualTo(interlay.endpoint().write());
        assertThat(interlay.plan().newEndpoint().id()).isEqualTo("new_redis");
        assertThat(interlay.plan().strategy())
                .isEqualTo(new Canary(0.05, new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE)));
        assertThat(snapshot).isEqualTo(SnapshotMapper.fromProto(Configs.canary(9, 0.05)));
        assertThat(snapshot).isNotEqualTo(SnapshotMapper.fromProto(Configs.canary(9, 0.06)));
    }

    @Test
    void secretsAreNeverPrinted() {
        assertThat(SnapshotMapper.fromProto(Configs.canary(9, 0.05)).toString())
                .contains("password=***")
                .doesNotContain(Configs.SECRET);
    }

    @Test
    void aReasonNamesPlaceValueAndExpectation() {
        assertRejected(of(Configs.interlay("cache", 0)), "interlay cache: port: 0 (expected: 1 to 65535)");
        assertRejected(
                of(Configs.interlay("cache", 7000).setEndpoint(Configs.endpoint("old", 70_000))),
                "interlay cache: endpoint: write_conn: port: 70000 (expected: 1 to 65535)");
        assertRejected(
                of(Configs.interlay("cache", 7000).clearEndpoint()),
                "interlay cache: endpoint: nothing (expected: an endpoint)");
        assertRejected(
                of(Configs.interlay("cache", 7000), Configs.interlay("cache", 7001)),
                "config: interlays: cache (expected: each id once)");
        assertRejected(
                of(Configs.interlay("cache", 7000)
                        .setPlan(Configs.plan(0.1)
                                .setNewEndpoint(Configs.endpoint("pg", 5432).setKind("postgres")))),
                "interlay cache: plan.new_endpoint.kind: postgres (expected: redis, the kind of OLD)");
        assertRejected(
                of(Configs.interlay("cache", 7000)
                        .setPlan(Configs.plan(0.1)
                                .setStrategy(Strategy.newBuilder().setTimeWindow(TimeWindow.getDefaultInstance())))),
                "interlay cache: plan: strategy.window_start: nothing (expected: a moment)");
        assertRejected(
                of(Configs.interlay("cache", 7000)
                        .addLabels(LabelRule.newBuilder().setKey("[").setFeature("f"))),
                "interlay cache: labels[0].key: [ (expected: a ] for every [)");
    }
}
