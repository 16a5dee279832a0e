package io.segue.controlplane.mover.redis.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisErrorException;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens in between two replies: a peer that answers as it is told. */
class ValueCompareTest {
    private static final byte[] KEY = {'k'};
    private static final String LISTS = ":-2 :-1 +list :1 ";
    private static final String STRINGS = ":-2 :-1 +string :1 ";

    @Test
    void compare_aTypeThatChangesInBetweenIsADifferenceAndTheConnectionsStayGood() throws IOException {
        String wrong = "-WRONGTYPE_Operation ";
        check(LISTS + "*2 $1 a $1 b ", LISTS + wrong);
        check(LISTS + wrong, LISTS + "*2 $1 a $1 b ");
        check(STRINGS + "$1 a ", STRINGS + wrong);
        check(STRINGS + wrong, STRINGS + "$1 a ");
        check(LISTS + "*2 $1 a $1 b ", LISTS + "*1 $1 a ");
        check(LISTS + "*1 $2 aa ", LISTS + "*3 $1 a $0 \u00a0 $1 b ");
    }

    private static void check(String authority, String follower) throws IOException {
        try (Peer one = new Peer(authority + "+PONG ");
                Peer other = new Peer(follower + "+PONG ")) {
            assertThat(new ValueCompare(one.connection, other.connection, 0, 0).compare(KEY))
                    .isEqualTo(ValueCompare.Verdict.VALUE);
            assertThat(one.connection.call("PING")).isEqualTo("PONG".getBytes(StandardCharsets.US_ASCII));
            assertThat(other.connection.call("PING")).isEqualTo("PONG".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Test
    void compare_aRefusalIsThrownAndTheConnectionsStayGood() throws IOException {
        try (Peer one = new Peer(LISTS + "*1 $1 a +PONG ");
                Peer other = new Peer(LISTS + "-NOPERM_no +PONG ")) {
            ValueCompare compare = new ValueCompare(one.connection, other.connection, 0, 0);

            assertThatThrownBy(() -> compare.compare(KEY))
                    .isInstanceOf(RedisErrorException.class)
                    .hasMessageContaining("NOPERM no");
            assertThat(one.connection.call("PING")).isEqualTo("PONG".getBytes(StandardCharsets.US_ASCII));
            assertThat(other.connection.call("PING")).isEqualTo("PONG".getBytes(StandardCharsets.US_ASCII));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*1 $-1 ", "*1 *1 $1 a ", ":5 ", "*-9 ", "*1 $600000000 ", "?", "*1 $x "})
    void compare_nonsenseEndsIt(String reply) throws IOException {
        try (Peer one = new Peer(LISTS + "*1 $1 a ");
                Peer other = new Peer(LISTS + reply)) {
            ValueCompare compare = new ValueCompare(one.connection, other.connection, 0, 0);

            assertThatThrownBy(() -> compare.compare(KEY)).isInstanceOf(IOException.class);
        }
    }

    /** Sends its replies at once, whatever is asked. In the script a blank stands for a line's end, an underscore for a blank, a no-break space for nothing. */
    private static final class Peer implements AutoCloseable {
        final RedisConnection connection;
        private final Socket socket;

        Peer(String script) throws IOException {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ConnectionConfig at = ConnectionConfig.newBuilder()
                        .setHost("127.0.0.1")
                        .setPort(server.getLocalPort())
                        .build();
                connection = Redis.open(at, Duration.ofSeconds(10));
                socket = server.accept();
            }
            String replies = script.replace(" ", "\r\n").replace("_", " ").replace("\u00a0", "");
            socket.getOutputStream().write(replies.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            connection.close();
            socket.close();
        }
    }
}
