package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.Verification;
import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.mover.Saboteur.Harm;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A mover that does one write in 10,000 wrongly is always caught, by its own verification and by the comparison that shares no code with it: each
 * key that was harmed is found, and no other.
 */
@NeedsRedis
@Timeout(120)
class NegativeControlIT {
    private static final int KEYS = 30_000;

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void exactlyTheHarmedKeysAreFound(FeedChoice feed) throws Exception {
        try (RedisServer authority = RedisServer.start();
                RedisServer follower = RedisServer.start();
                Saboteur saboteur = new Saboteur(follower.port());
                RespClient client = authority.connect()) {
            fill(client);
            try (MoverUnderTest mover = MoverUnderTest.options().feed(feed).start(authority.port(), saboteur.port())) {
                mover.awaitCaughtUp();
                mover.awaitPassed();
                for (int number : Harm.DELAY.numbers(KEYS)) {
                    client.call("SET", Saboteur.PREFIX + number, "newer");
                }
                for (int number : Harm.KEEP.numbers(KEYS)) {
                    client.call("DEL", Saboteur.PREFIX + number);
                }
                mover.awaitPassed();
                // What comes late comes after its acknowledgement.
                int all = KEYS / 10_000 * Harm.values().length;
                mover.await("every harm", () -> saboteur.harmed.size() == all);
                Set<String> harmed = new TreeSet<>(saboteur.harmed);

                Verification.Result result = mover.verify();
                assertThat(result.state()).as(result.reason()).isEqualTo(Verification.State.DONE);
                Map<String, Verification.Kind> reported =
                        VerifyEngineIT.reported(mover.folder().resolve("report.ndjson"));
                assertThat(new TreeSet<>(reported.keySet())).isEqualTo(harmed);
                Comparison found = IndependentCompare.compare(Store.of(authority), Store.of(follower));
                Set<String> different = new TreeSet<>();
                found.differences().forEach(one -> different.add(new String(one.key(), StandardCharsets.UTF_8)));
                assertThat(different).isEqualTo(harmed);
            }
        }
    }

    /** Different values, so that each belongs to its key; a third ends by itself. */
    private static void fill(RespClient client) throws Exception {
        List<Integer> shifted = Harm.SHIFT.numbers(KEYS);
        for (int number = 0; number < KEYS; number++) {
            String key = Saboteur.PREFIX + number;
            // Those that end a second late have an end.
            if (number % 3 == 0 || shifted.contains(number)) {
                client.send("SET", key, "value of " + number, "PX", "1000000");
            } else {
                client.send("SET", key, "value of " + number);
            }
        }
        client.flush();
        for (int number = 0; number < KEYS; number++) {
            client.read();
        }
    }
}
