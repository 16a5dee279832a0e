package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that hold something on a server while the authority moves. */
@NeedsRedis
@Timeout(60)
class SessionsAcrossCutoverIT {
    @Test
    void transactionsBlockedCallsAndSubscribersAcrossACutover() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient transaction = rig.client();
                RespClient blocked = rig.client();
                RespClient subscriber = rig.client();
                RespClient other = rig.client()) {
            rig.migrate(Rig.canary(0.5));
            other.call("SET", "balance", "10");
            rig.awaitEqual();
            transaction.call("WATCH", "balance");
            transaction.call("MULTI");
            assertThat(transaction.call("INCRBY", "balance", "5").text()).isEqualTo("QUEUED");
            blocked.send("BLPOP", "jobs", "20");
            blocked.flush();
            assertThat(subscriber.call("SUBSCRIBE", "news").toString()).contains("subscribe");
            Rig.await(
                    "the call being blocked",
                    () -> rig.oldServer().call("INFO", "clients").text().contains("blocked_clients:1"));

            rig.patch(Rig.cutover());

            Resp exec = transaction.call("EXEC");
            assertThat(exec.isNil() || exec.isError()).as("EXEC: %s", exec).isTrue();
            assertThat(other.call("GET", "balance").text()).isEqualTo("10");
            assertThat(other.call("RPUSH", "jobs", "first").number()).isEqualTo(1);
            assertThat(blocked.read().toString()).isEqualTo("[jobs first]");
            assertThat(other.call("LLEN", "jobs").number()).isZero();
            assertThat(rig.oldServer().call("EXISTS", "jobs").number()).isZero();
            Rig.await(
                    "the subscription being on NEW",
                    () -> rig.newServer()
                                    .call("PUBSUB", "NUMSUB", "news")
                                    .items()
                                    .get(1)
                                    .number()
                            == 1);
            other.call("PUBLISH", "news", "moved");
            assertThat(subscriber.read().toString()).isEqualTo("[message news moved]");

            rig.act("complete");
            other.call("PUBLISH", "news", "done");
            assertThat(subscriber.read().toString()).isEqualTo("[message news done]");
            transaction.call("MULTI");
            transaction.call("INCRBY", "balance", "5");
            assertThat(transaction.call("EXEC").toString()).isEqualTo("[15]");
            assertThat(rig.newServer().call("GET", "balance").text()).isEqualTo("15");
        }
    }

    @Test
    void whatBeganBeforeTheMigrationIsCopiedWhenItEnds() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient transaction = rig.client();
                RespClient blocked = rig.client();
                RespClient other = rig.client()) {
            transaction.call("MULTI");
            transaction.call("SET", "begun", "before");
            blocked.send("BLMOVE", "jobs", "taken", "LEFT", "LEFT", "20");
            blocked.flush();
            Rig.await(
                    "the call being blocked",
                    () -> rig.oldServer().call("INFO", "clients").text().contains("blocked_clients:1"));
            rig.migrate(Rig.canary(0.5));

            transaction.call("EXEC");
            CompletableFuture<Resp> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return blocked.read();
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            other.call("RPUSH", "jobs", "first");
            assertThat(answer.get(10, TimeUnit.SECONDS).text()).isEqualTo("first");
            rig.awaitEqual();
            assertThat(rig.differences()).isEmpty();
        }
    }
}
