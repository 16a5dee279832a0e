package io.segue.controlplane.mover.redis.psync;

import static io.segue.controlplane.mover.redis.psync.Commands.bytes;
import static io.segue.controlplane.mover.redis.psync.Commands.command;
import static io.segue.controlplane.mover.redis.psync.Commands.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamParserTest {
    private final Told told = new Told();

    private StreamParser parser() throws IOException {
        StreamParser parser = new StreamParser(Commands.table(), told);
        parser.reset(100, 3);
        return parser;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SET k v | 3 k",
                "set k v | 3 k",
                "DEL a b c | 3 a, 3 b, 3 c",
                "MSET a 1 b 2 | 3 a, 3 b",
                "RENAME a b | 3 a, 3 b",
                "SMOVE a b m | 3 a, 3 b",
                "LMOVE a b LEFT RIGHT | 3 a, 3 b",
                "BRPOP a b 0 | 3 a, 3 b",
                "PFCOUNT a b | 3 a, 3 b",
                "SINTERSTORE d a b | 3 d",
                "ZUNIONSTORE d 2 a b | 3 d",
                "BITOP AND d a b | 3 d",
                "COPY a b | 3 b",
                "COPY a DB | 3 DB",
                "COPY a b DB 5 REPLACE | 5 b",
                "MOVE k 7 | 3 k, 7 k",
                "SORT l BY STORE GET STORE STORE d | 3 d",
                "SORT l LIMIT 0 5 STORE a STORE b | 3 b",
                "SORT l | ''",
                "XGROUP CREATE s g $ | 3 s",
                "XGROUP HELP | ''",
                "XREADGROUP GROUP STREAMS STREAMS COUNT 1 STREAMS s t > > | 3 s, 3 t",
                "XADD s 1-1 f v | 3 s",
                "RESTORE k 0 xyz REPLACE | 3 k",
                "MIGRATE h 1 k 0 9 COPY | 3 k",
                "PING | ''",
                "PUBLISH c m | ''",
                "SPUBLISH c m | ''",
                "MULTI | ''",
                "EXEC | ''",
                "REPLCONF GETACK * | ''",
                "SCRIPT LOAD x | ''",
                "WAIT 1 1 | ''",
                "FUNCTION LOAD x | functions",
                "FLUSHALL ASYNC | everything: FLUSHALL",
                "FLUSHDB | everything: FLUSHDB",
                "SWAPDB 0 1 | everything: SWAPDB",
                "MOD.WRITE x | everything: MOD.WRITE: names no keys",
                "MOD.MOVABLE x | everything: MOD.MOVABLE: where its keys are is not known",
                "EVAL s 1 k | everything: EVAL: the source replicates whole scripts",
                "NOSUCH x | 'everything: an unknown command, NOSUCH'",
                "XGROUP NOSUCH x | 'everything: an unknown command, XGROUP NOSUCH'",
                "SELECT x | 'everything: a command that cannot be read, SELECT'",
                "SELECT | 'everything: a command that cannot be read, SELECT'",
                "MOVE k | 'everything: a command that cannot be read, MOVE'",
                "MIGRATE h 1 | 'everything: a command that cannot be read, MIGRATE'",
            })
    void feed_namesTheKeysOfEachCommand(String line, String expected) throws IOException {
        byte[] stream = command(line);
        StreamParser parser = parser();

        parser.feed(stream, 0, stream.length);

        if (expected.startsWith("everything")) {
            assertThat(told.events).contains(expected);
        } else {
            assertThat(String.join(", ", told.events)).isEqualTo(expected);
        }
        assertThat(parser.boundary()).isEqualTo(100 + stream.length);
    }

    @Test
    void feed_migrateOfManyKeys() throws IOException {
        byte[] stream = command(
                bytes("MIGRATE"),
                bytes("h"),
                bytes("1"),
                bytes(""),
                bytes("0"),
                bytes("9"),
                bytes("AUTH"),
                bytes("KEYS"),
                bytes("KEYS"),
                bytes("a"),
                bytes("b"));

        parser().feed(stream, 0, stream.length);

        assertThat(told.events).containsExactly("3 a", "3 b");
    }

    @Test
    void feed_anyPiecesGiveTheSame() throws IOException {
        byte[] stream = join(
                command("SELECT 0"),
                command("SET k v"),
                bytes("\n"),
                command(bytes("SET"), bytes(""), bytes("")),
                command(bytes("SET"), bytes("\r\n*1\r\n\u0000\u00ff"), new byte[300]),
                command("MULTI"),
                command("MSET a 1 b 2"),
                command("COPY a b DB 9"),
                command("XGROUP CREATE s g 0"),
                command("EXEC"),
                command("SELECT 12"),
                command("DEL x y"));
        List<String> expected =
                List.of("0 k", "0 ", "0 \r\n*1\r\n\u0000\u00ff", "0 a", "0 b", "9 b", "0 s", "12 x", "12 y");
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int most : new int[] {1, 2, 7, 64, 10_000}) {
            told.events.clear();
            StreamParser parser = parser();
            for (int at = 0; at < stream.length; ) {
                int next = Math.min(stream.length, at + 1 + random.nextInt(most));
                parser.feed(stream, at, next);
                assertThat(parser.boundary()).isLessThanOrEqualTo(100L + next);
                at = next;
            }
            assertThat(told.events).as("pieces of up to %s", most).isEqualTo(expected);
            assertThat(parser.boundary()).isEqualTo(100 + stream.length);
            assertThat(parser.db()).isEqualTo(12);
        }
    }

    @Test
    void boundary_isBetweenCommandsOnly() throws IOException {
        byte[] first = command("SET k v");
        byte[] second = command("SET l v");
        StreamParser parser = parser();

        parser.feed(first, 0, first.length);
        parser.feed(second, 0, second.length - 1);

        assertThat(parser.boundary()).isEqualTo(100 + first.length);
        parser.feed(second, second.length - 1, second.length);
        assertThat(parser.boundary()).isEqualTo(100 + first.length + second.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k v\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*99999999999\r\n",
                "*9999999999999999999999\r\n",
                "*x\r\n",
                "*\r\n",
                "*1\n",
                "*1\r\n:4\r\nPING\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$999999999999999999\r\n",
                "*1\r\n$70\r\n",
                "*1\r\n$4\r\nPINGxx",
                "*1\r\n$4\r\nPING\rx",
            })
    void feed_whatIsNoCommandIsRefused(String stream) throws IOException {
        StreamParser parser = parser();

        assertThatThrownBy(() -> parser.feed(bytes(stream), 0, stream.length()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a replication stream");
    }

    @Test
    void feed_hugeValuesAreNotKept() throws IOException {
        StreamParser parser = parser();
        byte[] head = bytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4294967296\r\n");
        parser.feed(head, 0, head.length);
        byte[] block = new byte[1024 * 1024];
        for (int i = 0; i < 4096; i++) {
            parser.feed(block, 0, block.length);
        }
        byte[] tail = join(bytes("\r\n"), command("DEL a"));
        parser.feed(tail, 0, tail.length);

        assertThat(told.events).containsExactly("3 k", "3 a");
    }

    @Test
    void feed_aKeyThatIsTooLongConcernsEverything() throws IOException {
        StreamParser parser = parser();
        byte[] stream = command(bytes("SET"), new byte[16 * 1024 * 1024 + 1], bytes("v"));

        parser.feed(stream, 0, stream.length);

        assertThat(told.events).containsExactly("everything: a key of 16777217 bytes");
    }

    @Test
    void feed_garbageEndsInAnExceptionOrInKeys() throws IOException {
        byte[] good = join(command("SET k v"), command("COPY a b DB 9"), command("XGROUP CREATE s g 0"));
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            StreamParser parser = parser();
            try {
                parser.feed(bad, 0, bad.length);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("not a replication stream");
            }
            assertThat(parser.boundary()).isBetween(100L, 100L + bad.length);
        }
    }

    @Test
    void table_aReplyThatIsNoneIsRefused() {
        assertThatThrownBy(() -> KeyTable.of(null)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> KeyTable.of(List.of())).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> KeyTable.of(List.of(List.of(bytes("set"))))).isInstanceOf(IOException.class);
    }
}
