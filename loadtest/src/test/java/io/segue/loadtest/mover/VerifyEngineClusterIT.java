package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.loadtest.redis.NeedsRedis;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster is compared with a cluster whose slots lie elsewhere. */
@NeedsRedis
@Timeout(60)
class VerifyEngineClusterIT {
    private static final int KEYS = 3_000;

    @TempDir
    Path folder;

    @Test
    void everyKeyIsLookedForAtTheServerThatHoldsIt() throws Exception {
        try (ShardedSides sides = new ShardedSides(2, 3)) {
            Map<String, Kind> expected = new HashMap<>();
            for (int i = 0; i < KEYS; i++) {
                String key = SampleData.key(i);
                String expiry = Long.toString(SampleData.EXPIRY + i);
                if (i % 300 == 1) {
                    expected.put(key, Kind.EXTRA);
                } else {
                    set(sides, Side.AUTHORITY, key, "value", expiry);
                }
                if (i % 300 == 2) {
                    expected.put(key, Kind.MISSING);
                } else if (i % 300 == 3) {
                    expected.put(key, Kind.VALUE);
                    set(sides, Side.FOLLOWER, key, "other", expiry);
                } else if (i % 300 == 4) {
                    expected.put(key, Kind.TTL);
                    set(sides, Side.FOLLOWER, key, "value", Long.toString(SampleData.EXPIRY + i + 6));
                } else {
                    set(sides, Side.FOLLOWER, key, "value", expiry);
                }
            }
            Path report = folder.resolve("report");

            VerifyEngine engine =
                    VerifyEngine.verify(sides, new VerifySpec(1.0, false, report), VerifySettings.DEFAULT);

            assertThat(engine.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(VerifyEngineIT.reported(report)).isEqualTo(expected);
            assertThat(engine.result().compared()).isEqualTo(KEYS - 10);
            assertThat(engine.result().total()).isEqualTo(KEYS - 10);
        }
    }

    private static void set(ShardedSides sides, Side side, String key, String value, String expiry) {
        assertThat(sides.server(side, key.getBytes(StandardCharsets.US_ASCII))
                        .call("SET", key, value, "PXAT", expiry)
                        .text())
                .isEqualTo("OK");
    }
}
