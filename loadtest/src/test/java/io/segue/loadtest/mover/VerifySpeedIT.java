package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** How fast a comparison is, and what it costs each process. Not for every build: {@code -Dsegue.measure=true} runs it. */
@NeedsRedis
@EnabledIfSystemProperty(named = "segue.measure", matches = "true")
class VerifySpeedIT {
    private static final int KEYS = Integer.getInteger("segue.measure.keys", 1_000_000);
    private static final int RUNS = 4;

    @TempDir
    Path folder;

    @Test
    void smallStrings() throws Exception {
        try (RedisServer authority = RedisServer.start();
                RedisServer follower = RedisServer.start()) {
            fill(authority);
            replicate(authority, follower);
            try (ToyMover mover = new ToyMover(authority, follower, 0, 1)) {
                for (int run = 0; run < RUNS; run++) {
                    measure(mover, authority.pid(), follower.pid());
                }
            }
        }
    }

    private static void fill(RedisServer server) throws IOException {
        String value = "x".repeat(64);
        try (RedisConnection connection = ToyMover.connect(server)) {
            for (int i = 0; i < KEYS; ) {
                int first = i;
                for (; i < Math.min(KEYS, first + 1_000); i++) {
                    if (i % 10 < 3) {
                        connection.send("SET", "key:" + i, value, "PXAT", Long.toString(SampleData.EXPIRY + i));
                    } else {
                        connection.send("SET", "key:" + i, value);
                    }
                }
                connection.flush();
                for (int n = first; n < i; n++) {
                    connection.read();
                }
            }
        }
    }

    private static void replicate(RedisServer authority, RedisServer follower) throws InterruptedException {
        follower.call("REPLICAOF", "127.0.0.1", Integer.toString(authority.port()));
        while (!follower.call("INFO", "replication").text().contains("master_link_status:up")) {
            Thread.sleep(20);
        }
        follower.call("REPLICAOF", "NO", "ONE");
    }

    private void measure(ToyMover mover, long authority, long follower) throws Exception {
        long self = ProcessHandle.current().pid();
        Duration[] before = {cpu(authority), cpu(self), cpu(follower)};
        long began = System.nanoTime();
        VerifyEngine engine = VerifyEngine.verify(
                mover, new VerifySpec(1.0, false, folder.resolve("report")), VerifySettings.DEFAULT);
        assertThat(engine.awaitEnd(Duration.ofMinutes(5))).isTrue();
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat(engine.result().clean()).as(engine.result().toString()).isTrue();
        System.out.printf(
                Locale.ROOT,
                "%,.0f keys/s; CPU µs per key: authority %.2f, engine %.2f, follower %.2f%n",
                KEYS / seconds,
                perKey(cpu(authority).minus(before[0])),
                perKey(cpu(self).minus(before[1])),
                perKey(cpu(follower).minus(before[2])));
    }

    private static double perKey(Duration used) {
        return used.toNanos() / 1e3 / KEYS;
    }

    private static Duration cpu(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }
}
