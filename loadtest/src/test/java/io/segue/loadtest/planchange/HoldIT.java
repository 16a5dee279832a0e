package io.segue.loadtest.planchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fault.Direction;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys that change sides wait, for a bounded time; all others flow. */
@NeedsRedis
@Timeout(60)
class HoldIT {
    private static final int KEYS = 24;

    private static String cutover(double share) {
        return """
                {"type": "canary", "read_percentage": %s, "write_mode": {"mode": "cutover", "write_percentage": %s}}""".formatted(share, share);
    }

    @Test
    void aProxyThatLosesTheControlPlaneInAHold_refusesWhatMoves_servesTheRest_andGuessesNothing() throws Exception {
        try (Rig rig = Rig.setup().links().proxies(1, "--threads", "1").start()) {
            rig.migrate(cutover(0));
            long version = rig.rest().get("/version").path("config_version").asLong();
            Trap held =
                    rig.link(0).hold(Direction.TO_SERVER, ChangingFleet.message(version + 2, Direction.TO_SERVER), 1);
            CompletableFuture<String> told = CompletableFuture.supplyAsync(() -> patched(rig));
            held.await(Duration.ofSeconds(10));
            long begin = System.nanoTime();
            rig.link(0).refuse(true);
            rig.link(0).cut();

            List<RespClient> clients = new ArrayList<>();
            List<CompletableFuture<Resp>> answers = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                RespClient client = RespClient.connect(rig.proxy().port());
                clients.add(client);
                client.send("SET", "key:" + i, "v");
                client.flush();
                answers.add(CompletableFuture.supplyAsync(() -> read(client)));
            }
            Rig.await("the keys that stay flow", () -> served(answers) > 0 && rig.metric("segue_parked_requests") > 0);
            long parked = rig.metric("segue_parked_requests");
            assertThat(served(answers) + parked).isEqualTo(KEYS);
            assertThat(rig.newServer().call("DBSIZE").number()).isZero();

            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
            assertThat(answers.stream().map(CompletableFuture::join).filter(Resp::isError))
                    .hasSize((int) parked)
                    .allSatisfy(answer -> assertThat(answer.toString()).contains("TRYAGAIN"));
            assertThat(told.join()).contains("409", "were lost");
            assertThat(rig.newServer().call("DBSIZE").number()).isZero();

            rig.link(0).refuse(false);
            for (int i = 0; i < KEYS; i++) {
                RespClient client = clients.get(i);
                String key = "key:" + i;
                Rig.await(
                        "it learns that the change did not happen",
                        () -> client.call("SET", key, "w").text().equals("OK"));
                client.close();
            }
            assertThat(rig.oldServer().call("DBSIZE").number()).isEqualTo(KEYS);
        }
    }

    private static long served(List<CompletableFuture<Resp>> answers) {
        return answers.stream()
                .filter(CompletableFuture::isDone)
                .filter(answer -> !answer.join().isError())
                .count();
    }

    private static Resp read(RespClient client) {
        try {
            return client.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String patched(Rig rig) {
        try {
            JsonNode answer = rig.patch(cutover(0.5));
            return answer.toString();
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
