package io.segue.controlplane.mover.redis.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.controlplane.mover.redis.value.Crc64;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With files that servers have written with SAVE, and with made-up ones for encodings of other versions. */
class RdbReaderTest {
    private static final String[] FILES = {"redis-7.0", "redis-6.2"};

    private static byte[] file(String name) throws IOException {
        try (InputStream in = RdbReaderTest.class.getResourceAsStream("/rdb/" + name + ".rdb")) {
            return in.readAllBytes();
        }
    }

    /** What a file holds, a line for each key. */
    private static List<String> read(byte[] bytes, int piece) throws IOException {
        Lines lines = new Lines();
        RdbReader reader = new RdbReader(new Pieces(bytes, piece));
        while (reader.read(lines, 3)) {
            // All of it.
        }
        return lines.all;
    }

    @ParameterizedTest
    @CsvSource({"redis-7.0, 10, '2 16 17 18 19 0 4 5 11'", "redis-6.2, 9, '2 13 12 14 15 0 4 5 11'"})
    void read_everyKeyWithTypeExpiryAndChecksum(String name, int version, String types) throws IOException {
        List<String> lines = read(file(name), 1 << 20);

        assertThat(lines).hasSize(version == 10 ? 28 : 27).contains("db 5 keys 1", "5 other -1 0");
        assertThat(lines).anyMatch(line -> line.startsWith("0 with-expiry 4102444800000 0"));
        assertThat(lines).contains("0 42 -1 0", "0 -30000 -1 0", "0 100000 -1 0", "0 " + "k".repeat(60) + " -1 0");
        for (String type : types.split(" ", -1)) {
            assertThat(lines).anyMatch(line -> line.endsWith(" " + type));
        }
        assertThat(lines.contains("functions")).isEqualTo(version == 10);
    }

    @Test
    void read_inPiecesOfAnySizeIsTheSame() throws IOException {
        for (String name : FILES) {
            byte[] bytes = file(name);
            List<String> whole = read(bytes, 1 << 20);
            for (int piece : new int[] {1, 2, 3, 17, 1000}) {
                assertThat(read(bytes, piece)).isEqualTo(whole);
            }
        }
    }

    @Test
    void read_aFileThatEndsEarlyIsRefused() throws IOException {
        for (String name : FILES) {
            byte[] bytes = file(name);
            for (int length = 0; length < bytes.length; length += length < 400 ? 3 : 211) {
                byte[] part = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> read(part, 1 << 20)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void read_aChangedByteIsNeverOverlooked() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (String name : FILES) {
            byte[] bytes = file(name);
            for (int round = 0; round < 300; round++) {
                byte[] bad = bytes.clone();
                int at = random.nextInt(bad.length);
                bad[at] ^= (byte) (1 << random.nextInt(8));
                // Version and checksum are not covered by the checksum, but by their own checks.
                assertThatThrownBy(() -> read(bad, 1 << 20))
                        .as("byte %s of %s", at, name)
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void read_givesNoMoreThanAskedFor_andWhatIsHere() throws IOException {
        RdbReader reader = new RdbReader(new Pieces(file("redis-7.0"), 1 << 20));
        int[] keys = {0};
        RdbHandler counter = (db, key, expireAtMs, type, value) -> keys[0]++;

        assertThat(reader.read(counter, 2)).isTrue();
        assertThat(keys[0]).isEqualTo(2);
        assertThat(reader.read(counter, 1_000_000)).isFalse();
        assertThat(reader.read(counter, 1)).isFalse();
    }

    @Test
    void read_valuesOfOtherVersions() throws IOException {
        Rdb rdb = new Rdb(12);
        rdb.op(244).op(1).op(2).op(3);
        rdb.op(248).op(0x40).op(5).op(249).op(200);
        rdb.op(247)
                .op(0x81)
                .i64be(moduleId("testmodul"))
                .op(2)
                .op(1)
                .op(1)
                .op(7)
                .op(5)
                .text("aux")
                .op(0);
        rdb.op(7).text("module").op(0x81).i64be(1).op(1).op(5).op(2).op(0x81).i64be(-1);
        rdb.op(3).zeros(4).op(4).zeros(8).op(5).text("s").op(0);
        rdb.op(253)
                .zeros(3)
                .op(1)
                .op(3)
                .text("old-zset")
                .op(3)
                .text("a")
                .op(253)
                .text("b")
                .op(254)
                .text("c")
                .op(3)
                .zeros(3);
        rdb.op(1).text("old-list").op(2).text("a").op(0xC0).op(9);
        rdb.op(20).text("set-listpack").text("xyz");
        rdb.op(22).text("early").op(1).op(5).text("f").text("v");
        rdb.op(23).text("early-lp").text("xyz");
        rdb.op(24)
                .text("ttl")
                .zeros(8)
                .op(2)
                .op(5)
                .text("f")
                .text("v")
                .op(0)
                .text("g")
                .text("w");
        rdb.op(25).text("ttl-lp").zeros(8).text("xyz");
        rdb.op(21)
                .text("stream3")
                .op(1)
                .text("0123456789abcdef")
                .text("lp")
                .op(1)
                .op(2)
                .op(3)
                .op(4)
                .op(5)
                .op(6)
                .op(7)
                .op(8)
                .op(1)
                .text("g")
                .op(1)
                .op(2)
                .op(0x81)
                .i64be(-1)
                .op(1)
                .zeros(24)
                .op(1)
                .op(1)
                .text("c")
                .zeros(16)
                .op(1)
                .zeros(16);
        rdb.op(0).text("last").text("v");

        List<String> lines = read(rdb.end(), 1);

        assertThat(lines)
                .containsExactly(
                        "module data testmodul",
                        "0 module -1 7",
                        "0 old-zset 16777216000 3",
                        "0 old-list -1 1",
                        "0 set-listpack -1 20",
                        "0 early -1 22",
                        "0 early-lp -1 23",
                        "0 ttl -1 24",
                        "0 ttl-lp -1 25",
                        "0 stream3 -1 21",
                        "0 last -1 0");
    }

    @Test
    void read_largeValuesAreReportedWithoutTheirBytes() throws IOException {
        byte[] item = new byte[600_000];
        Rdb rdb = new Rdb(10);
        rdb.op(0).text("fits").string(new byte[RdbInput.LARGE - 5]);
        rdb.op(0).text("large").string(new byte[RdbInput.LARGE + 1]);
        rdb.op(1).text("list").op(3).string(item).string(item).string(item);
        rdb.op(0).text("small").text("v");
        List<String> found = new ArrayList<>();
        for (int piece : new int[] {1_000, 1 << 20}) {
            found.clear();
            RdbReader reader = new RdbReader(new Pieces(rdb.end(), piece));
            while (reader.read(
                    (db, key, expireAtMs, type, value) -> found.add(
                            new String(key, StandardCharsets.UTF_8) + " " + value.large() + " " + value.length()),
                    1)) {
                // All of it.
            }
            assertThat(found)
                    .containsExactly(
                            "fits false " + RdbInput.LARGE,
                            "large true " + (RdbInput.LARGE + 6),
                            "list true 1800016",
                            "small false 2");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 8, 26, 99, 243, 246})
    void read_unknownTypesAndOpcodesAreRefused(int type) throws IOException {
        byte[] bytes = new Rdb(10).op(type).text("k").text("v").end();

        assertThatThrownBy(() -> read(bytes, 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("" + type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"REDIS0013", "REDIS0000", "REDISx010", "VALKEY080", "garbage..."})
    void read_otherHeadersAreRefused(String header) {
        assertThatThrownBy(() -> read(header.getBytes(StandardCharsets.UTF_8), 100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a snapshot");
    }

    @Test
    void read_lengthsThatLieCostNoMemory() throws IOException {
        for (int length : new int[] {0x80, 0x81}) {
            byte[] key =
                    new Rdb(10).op(0).op(length).i64be(0x7FFF_FFFF_FFFF_FFFFL).end();
            byte[] value = new Rdb(10)
                    .op(4)
                    .text("k")
                    .op(length)
                    .i64be(0x7FFF_FFFF_7FFF_FFFFL)
                    .end();
            byte[] compressed = new Rdb(10)
                    .op(0)
                    .op(0xC3)
                    .op(2)
                    .op(0x80)
                    .op(0)
                    .op(0x7F)
                    .op(0)
                    .op(0)
                    .op(1)
                    .op(1)
                    .end();
            for (byte[] bytes : List.of(key, value, compressed)) {
                assertThatThrownBy(() -> read(bytes, 100)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void lzf_expandsRunsAndReferences() throws IOException {
        // "ab", then 2 back for 8 bytes.
        byte[] packed = {1, 'a', 'b', (byte) (6 << 5), 1};

        assertThat(new String(Lzf.expand(packed, 10), StandardCharsets.UTF_8)).isEqualTo("ababababab");
        assertThatThrownBy(() -> Lzf.expand(packed, 9)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Lzf.expand(packed, 11)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Lzf.expand(new byte[] {32, 0}, 3)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Lzf.expand(new byte[] {5}, 3)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Lzf.expand(new byte[] {5}, Integer.MAX_VALUE)).isInstanceOf(IOException.class);
    }

    private static long moduleId(String name) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        long id = 0;
        for (int i = 0; i < name.length(); i++) {
            id = id << 6 | alphabet.indexOf(name.charAt(i));
        }
        return id << 10 | 1;
    }

    /** Notes everything, and checks each payload. */
    private static final class Lines implements RdbHandler {
        final List<String> all = new ArrayList<>();

        @Override
        public void entry(int db, byte[] key, long expireAtMs, int valueType, RdbValue value) {
            all.add(db + " " + new String(key, StandardCharsets.ISO_8859_1) + " " + expireAtMs + " " + valueType);
            byte[] payload = value.payload();
            ByteBuffer end = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(payload).hasSize((int) value.payloadLength());
            assertThat(payload[0]).isEqualTo((byte) valueType);
            assertThat(end.getShort(payload.length - 10)).isEqualTo((short) value.version());
            assertThat(end.getLong(payload.length - 8)).isEqualTo(Crc64.update(0, payload, 0, payload.length - 8));
        }

        @Override
        public void database(int db, long keys) {
            all.add("db " + db + " keys " + keys);
        }

        @Override
        public void functions() {
            all.add("functions");
        }

        @Override
        public void moduleData(String module) {
            all.add("module data " + module);
        }
    }

    /** Bytes that come in pieces. */
    private static final class Pieces implements RdbSource {
        private final byte[] bytes;
        private final int piece;
        private int at;

        Pieces(byte[] bytes, int piece) {
            this.bytes = bytes;
            this.piece = piece;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, piece), bytes.length - at);
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public boolean ready() {
            return true;
        }
    }

    /** Makes a file. */
    private static final class Rdb {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Rdb(int version) {
            out.writeBytes(String.format("REDIS%04d", version).getBytes(StandardCharsets.US_ASCII));
        }

        Rdb op(int value) {
            out.write(value);
            return this;
        }

        Rdb zeros(int count) {
            out.writeBytes(new byte[count]);
            return this;
        }

        Rdb i64be(long value) {
            out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
            return this;
        }

        Rdb text(String text) {
            return op(text.length()).raw(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        Rdb string(byte[] bytes) {
            out.write(0x80);
            out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
            return raw(bytes);
        }

        Rdb raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        byte[] end() {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.writeBytes(out.toByteArray());
            whole.write(255);
            byte[] bytes = whole.toByteArray();
            long sum = Crc64.update(0, bytes, 0, bytes.length);
            whole.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(sum)
                    .array());
            return whole.toByteArray();
        }
    }
}
