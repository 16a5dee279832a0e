package io.segue.controlplane.mover.redis.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamSpoolTest {
    @TempDir
    Path folder;

    private StreamSpool open() throws IOException {
        return new StreamSpool(folder, 10, 100);
    }

    private static byte[] numbers(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    private static byte[] read(StreamSpool spool, long from, long to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        spool.read(from, to, (bytes, first, last) -> out.write(bytes, first, last - first));
        return out.toByteArray();
    }

    /** Five bytes at a time, each a command. */
    private static void fill(StreamSpool spool, byte[] bytes) throws IOException {
        for (int at = 0; at < bytes.length; at += 5) {
            spool.append(bytes, at, at + 5, at + 5, at / 5);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".part"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void append_anyPieceCanBeReadBack() throws IOException {
        byte[] bytes = numbers(60);
        try (StreamSpool spool = open()) {
            spool.reset(1000, 4);
            fill(spool, bytes);

            assertThat(spool.end()).isEqualTo(1060);
            for (int from = 0; from < 60; from += 3) {
                for (int to = from; to <= 60; to += 7) {
                    assertThat(read(spool, 1000 + from, 1000 + to)).isEqualTo(Arrays.copyOfRange(bytes, from, to));
                }
            }
            assertThat(spool.before(1000)).isEqualTo(new StreamSpool.Start(1000, 4));
            // A file begins where the one before has its size, with the database of the command before.
            assertThat(spool.before(1016)).isEqualTo(new StreamSpool.Start(1015, 2));
        }
    }

    @Test
    void open_onlyWhatWasSyncedIsThere() throws IOException {
        byte[] bytes = numbers(60);
        try (StreamSpool spool = open()) {
            spool.reset(0, 0);
            fill(spool, Arrays.copyOf(bytes, 35));
            assertThat(spool.durable()).isLessThan(35);
            assertThat(spool.sync()).isEqualTo(35);
            fill(spool, bytes);
        }
        try (StreamSpool spool = open()) {
            assertThat(spool.end()).isEqualTo(35);
            assertThat(read(spool, 0, 35)).isEqualTo(Arrays.copyOf(bytes, 35));
            fill(spool, bytes);
            assertThat(read(spool, 35, 95)).isEqualTo(bytes);
        }
    }

    @Test
    void open_whatComesAfterAGapIsGone() throws IOException {
        try (StreamSpool spool = open()) {
            spool.reset(0, 0);
            fill(spool, numbers(60));
            spool.sync();
        }
        Path second = folder.resolve(files().get(1));
        try (var channel = Files.newByteChannel(second, StandardOpenOption.WRITE)) {
            channel.truncate(7);
        }
        try (StreamSpool spool = open()) {
            assertThat(spool.end()).isEqualTo(22);
            assertThat(files()).hasSize(2);
        }
    }

    @Test
    void truncate_takesBackAndGoesOn() throws IOException {
        byte[] bytes = numbers(60);
        try (StreamSpool spool = open()) {
            spool.reset(0, 0);
            fill(spool, bytes);

            spool.truncate(17);
            assertThat(spool.end()).isEqualTo(17);
            spool.append(bytes, 17, 60, -1, 0);
            assertThat(read(spool, 0, 60)).isEqualTo(bytes);

            spool.truncate(0);
            assertThat(spool.end()).isZero();
            assertThatThrownBy(() -> spool.truncate(1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void trim_removesWholeFilesAndKeepsWhatItIsTold() throws IOException {
        try (StreamSpool spool = open()) {
            spool.reset(0, 0);
            fill(spool, numbers(60));

            spool.trim(44, 20);
            assertThat(spool.start()).isEqualTo(15);
            spool.trim(44, 0);
            assertThat(spool.start()).isEqualTo(30);
            spool.trim(60, 0);
            assertThat(spool.start()).isEqualTo(60);
            assertThat(spool.end()).isEqualTo(60);
        }
    }

    @Test
    void append_isRefusedWhenFull_andGoesOnWhenReleased() throws IOException {
        try (StreamSpool spool = open()) {
            spool.reset(0, 0);
            fill(spool, numbers(100));

            assertThatThrownBy(() -> fill(spool, numbers(5)))
                    .isInstanceOf(SpoolFullException.class)
                    .hasMessageContaining("limit: 100");
            assertThat(spool.end()).isEqualTo(100);
            assertThat(spool.full()).isTrue();

            spool.trim(50, 50);
            assertThat(spool.full()).isFalse();
            fill(spool, numbers(5));
            assertThat(spool.end()).isEqualTo(105);
        }
    }

    @Test
    void checkpoint_comesBackAsWritten() throws IOException {
        Checkpoint checkpoint = new Checkpoint("a".repeat(40), Long.MAX_VALUE / 10, 15, true);
        assertThat(Checkpoint.read(folder)).isEmpty();

        checkpoint.write(folder);

        assertThat(Checkpoint.read(folder)).contains(checkpoint);
        Files.writeString(folder.resolve("psync.checkpoint"), "segue-psync 1\ngarbage\n");
        assertThat(Checkpoint.read(folder)).isEmpty();
    }
}
