package io.segue.loadtest.mover.psync;

import static io.segue.loadtest.mover.psync.FakeSource.ID;
import static io.segue.loadtest.mover.psync.FakeSource.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real servers do rarely, and what they never should. */
class OddSourceIT {
    private static final String MARK = "m".repeat(40);

    @TempDir
    Path folder;

    private final Recorder recorder = new Recorder();

    /** One key without a checksum; the stream begins in database 3. */
    private static byte[] snapshot() {
        ByteArrayOutputStream rdb = new ByteArrayOutputStream();
        rdb.writeBytes(bytes("REDIS0010\u00fa\u000erepl-stream-db\u00c0\u0003"));
        rdb.writeBytes(bytes("\u0000\u0001k\u0001v\u00ff"));
        rdb.writeBytes(new byte[8]);
        return rdb.toByteArray();
    }

    private static byte[] set(String key) {
        return bytes("*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$1\r\nv\r\n");
    }

    private static void full(OutputStream out) throws IOException {
        byte[] rdb = snapshot();
        out.write(bytes("\n\n+FULLRESYNC " + ID + " 1000\r\n\n\n$" + rdb.length + "\r\n"));
        out.write(rdb);
    }

    @Test
    void keepAlives_andASnapshotThatEndsWithAMark_byteByByte() throws IOException {
        FakeSource.Script script = (attempt, replid, offset, out) -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(bytes("\n\n\n+FULLRESYNC " + ID + " 1000\r\n\n$EOF:" + MARK + "\r\n"));
            all.writeBytes(snapshot());
            all.writeBytes(bytes(MARK));
            for (byte b : all.toByteArray()) {
                out.write(b);
                out.flush();
            }
            return true;
        };
        try (FakeSource source = new FakeSource(script);
                ReplicationLink link = Links.open(source.port(), folder, recorder)) {
            assertThat(Links.drop(link, recorder)).isEqualTo(1);
            recorder.awaitOffset(1000);
            assertThat(recorder.position().db()).isEqualTo(3);
            // Only now such a source goes on.
            recorder.await("the acknowledgement", r -> source.acknowledged() == 1000);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-LOADING Redis is loading the dataset in memory",
                "-NOMASTERLINK Can't SYNC while not connected with my master",
                "-ERR max number of clients reached",
                "+WHAT",
                "+FULLRESYNC x 1",
                "+FULLRESYNC " + ID + " -1",
                "+CONTINUE x",
                ":1"
            })
    void whatMayPassIsTriedAgain(String answer) throws IOException {
        FakeSource.Script script = (attempt, replid, offset, out) -> {
            if (attempt < 3) {
                out.write(bytes(answer + "\r\n"));
                return false;
            }
            full(out);
            return true;
        };
        try (FakeSource source = new FakeSource(script);
                ReplicationLink link = Links.open(source.port(), folder, recorder)) {
            assertThat(Links.drop(link, recorder)).isEqualTo(1);
            assertThat(recorder.take()).contains("full").anyMatch(event -> event.startsWith("lost"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-NOPERM this user has no permissions to run the 'psync' command",
                "-ERR unknown command 'PSYNC'",
                "-ERR command is not allowed"
            })
    void whatWillNotPassFails(String answer) throws IOException {
        FakeSource.Script script = (attempt, replid, offset, out) -> {
            out.write(bytes(answer + "\r\n"));
            return true;
        };
        try (FakeSource source = new FakeSource(script);
                ReplicationLink link = Links.open(source.port(), folder, recorder)) {
            recorder.awaitEvent("failed");
            assertThat(recorder.take()).containsExactly("failed PSYNC: " + answer.substring(1));
            assertThat(link.received()).isZero();
        }
    }

    @Test
    void aSourceThatDoesNotTellItsCommandsFails() throws IOException {
        FakeSource.Script script = (attempt, replid, offset, out) -> false;
        try (FakeSource source = new FakeSource(script).answer("COMMAND", "-NOPERM no\r\n");
                ReplicationLink link = Links.open(source.port(), folder, recorder)) {
            recorder.awaitEvent("failed COMMAND: NOPERM no");
            assertThat(link.received()).isZero();
        }
    }

    @Test
    void snapshotsThatBreakOff_endTheReading_andAtLastTheLink() throws IOException {
        FakeSource.Script script = (attempt, replid, offset, out) -> {
            out.write(bytes("+FULLRESYNC " + ID + " 1000\r\n$1000\r\n"));
            out.write(snapshot(), 0, 20);
            return false;
        };
        try (FakeSource source = new FakeSource(script);
                ReplicationLink link = Links.open(source.port(), folder, recorder)) {
            try (Snapshot snapshot = recorder.snapshot()) {
                assertThatThrownBy(() -> snapshot.read((db, key, expireAtMs, type, value) -> {}, 1))
                        .isInstanceOf(IOException.class);
            }
            recorder.awaitEvent("failed the server hung up (3 full synchronisations in a row)");
            assertThat(link.received()).isEqualTo(1000);
        }
    }

    @Test
    void garbageInTheStream_isAskedForAgain_andThenASnapshot() throws IOException {
        FakeSource.Script script = (attempt, replid, offset, out) -> {
            if (attempt == 2) {
                assertThat(replid + " " + offset).isEqualTo(ID + " " + (1001 + set("good").length));
                out.write(bytes("+CONTINUE\r\n"));
            } else {
                assertThat(replid + " " + offset).isEqualTo("? -1");
                full(out);
            }
            if (attempt == 1) {
                out.write(set("good"));
            }
            if (attempt < 3) {
                out.write(set("again"), 0, 20);
                out.write(bytes("garbage"));
            }
            return true;
        };
        try (FakeSource source = new FakeSource(script);
                ReplicationLink link = Links.open(source.port(), folder, recorder)) {
            recorder.await(
                    "the second snapshot",
                    r -> r.events().stream().filter("full"::equals).count() == 2);
            assertThat(Links.drop(link, recorder)).isEqualTo(1);
            List<String> told = recorder.take();
            assertThat(told.subList(0, 2)).containsExactly("full", "key 3 good");
            assertThat(told.stream().filter(event -> event.contains("not a replication stream")))
                    .hasSize(2);
        }
    }
}
