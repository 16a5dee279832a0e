package io.segue.loadtest.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@NeedsRedis
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RespClientIT {
    private final List<RedisServer> servers = new ArrayList<>();

    @BeforeAll
    void start() {
        servers.add(RedisServer.start());
    }

    @AfterAll
    void stop() {
        servers.forEach(RedisServer::close);
    }

    @Test
    void call_binaryValuesComeBackUnharmed() throws IOException {
        byte[] value = new byte[256];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        try (RespClient client = connect()) {
            byte[] key = "binary".getBytes(StandardCharsets.UTF_8);
            client.call("SET".getBytes(StandardCharsets.UTF_8), key, value);

            assertThat(client.call("GET".getBytes(StandardCharsets.UTF_8), key).bytes())
                    .isEqualTo(value);
        }
    }

    @Test
    void hello3_readsMapsAndPushes() throws IOException {
        try (RespClient client = connect();
                RespClient other = connect()) {
            assertThat(client.call("HELLO", "3").items()).contains(new Resp.Int(3));
            client.call("HSET", "h", "f", "v");
            assertThat(client.call("HGETALL", "h")).isEqualTo(new Resp.Aggregate('%', List.of(bulk("f"), bulk("v"))));

            assertThat(client.call("SUBSCRIBE", "news").text()).isEqualTo("[subscribe news 1]");
            other.call("PUBLISH", "news", "hi");
            assertThat(client.read())
                    .isEqualTo(new Resp.Aggregate('>', List.of(bulk("message"), bulk("news"), bulk("hi"))));
        }
    }

    @Test
    void pipeline_repliesComeInOrder() throws IOException {
        List<byte[][]> commands = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            commands.add(RespClient.bytes("ECHO", Integer.toString(i)));
        }
        try (RespClient client = connect()) {
            List<Resp> replies = client.pipeline(commands);

            assertThat(replies).hasSize(1_000);
            assertThat(replies.get(999).text()).isEqualTo("999");
        }
    }

    @Test
    void raw_halfCommandsAndTheServersEnd() throws IOException {
        try (RespClient client = connect()) {
            client.sendRaw("*1\r\n$4\r\nPI");
            client.flush();
            client.sendRaw("NG\r\n");
            client.flush();
            assertThat(client.readRaw(7)).isEqualTo("+PONG\r\n".getBytes(StandardCharsets.US_ASCII));

            client.sendRaw("*1\r\n!oops\r\n");
            client.flush();
            assertThat(client.closedByServer()).isTrue();
        }
    }

    private RespClient connect() {
        return servers.get(0).connect();
    }

    private static Resp bulk(String text) {
        return new Resp.Bulk(text.getBytes(StandardCharsets.UTF_8));
    }
}
