package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the first value of a key of each kind, in all the forms in which servers keep it. For one thread. */
final class MixedValues {
    private static final byte[] NOISE = noise();
    private static final String[] EXTREME = {
        "inf", "-inf", "1.7976931348623157e308", "5e-324", "-0", "9007199254740993", "3.141592653589793", "1e-9"
    };
    private static final long FIRST_ID = 1_600_000_000_000L;

    private final Pipeline out;
    private SplittableRandom random = new SplittableRandom(0);
    private byte[] key = new byte[0];

    MixedValues(Pipeline out) {
        this.out = out;
    }

    void make(MixedKeys.Kind kind, byte[] name, SplittableRandom randomness) throws IOException {
        this.key = name;
        this.random = randomness;
        switch (kind) {
            case STRING -> send("SET", string());
            case INTEGER ->
                send("SET", ascii(Long.toString(random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(10_000))));
            case LIST -> list();
            case SET -> set();
            case ZSET -> sortedSet();
            case HASH -> hash();
            case STREAM -> stream();
            case HYPERLOGLOG -> hyperLogLog();
            case BITMAP -> bitmap();
            case GEO -> geo();
        }
    }

    private byte[] string() {
        int n = random.nextInt(100);
        if (n < 2) {
            return new byte[0];
        } else if (n < 60) {
            return ascii("value-" + random.nextInt(1_000_000));
        } else if (n < 80) {
            return bytes(64);
        } else if (n < 90) {
            return ascii("compressible ".repeat(80));
        }
        return n < 97 ? bytes(1024) : bytes(1 + random.nextInt(5_000));
    }

    private void list() throws IOException {
        int count = size(20, 300);
        List<byte[]> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elements.add(element());
        }
        send("RPUSH", elements);
    }

    private void set() throws IOException {
        boolean numbers = random.nextBoolean();
        int count = size(30, 700);
        List<byte[]> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(numbers ? ascii(Integer.toString(random.nextInt(100_000) - 50_000)) : element());
        }
        send("SADD", members);
    }

    private void sortedSet() throws IOException {
        int count = size(20, 300);
        boolean extreme = random.nextInt(4) == 0;
        List<byte[]> members = new ArrayList<>(2 * count);
        for (int i = 0; i < count; i++) {
            String score = extreme
                    ? EXTREME[random.nextInt(EXTREME.length)]
                    : random.nextBoolean()
                            ? Integer.toString(random.nextInt(1000))
                            : Double.toString(random.nextDouble() * 1000);
            members.add(ascii(score));
            members.add(element());
        }
        send("ZADD", members);
    }

    private void hash() throws IOException {
        int count = size(12, 700);
        List<byte[]> fields = new ArrayList<>(2 * count);
        for (int i = 0; i < count; i++) {
            fields.add(random.nextInt(50) == 0 ? element() : ascii("field:" + i));
            fields.add(element());
        }
        send("HSET", fields);
    }

    private void hyperLogLog() throws IOException {
        int count = size(20, 800);
        List<byte[]> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elements.add(ascii(Long.toString(random.nextLong())));
        }
        send("PFADD", elements);
    }

    private void bitmap() throws IOException {
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            send("SETBIT", ascii(Integer.toString(random.nextInt(20_000))), ascii("1"));
        }
    }

    private void geo() throws IOException {
        List<byte[]> places = new ArrayList<>();
        for (int i = 1 + random.nextInt(10); i > 0; i--) {
            places.add(ascii(Double.toString(random.nextDouble() * 360 - 180)));
            places.add(ascii(Double.toString(random.nextDouble() * 170 - 85)));
            places.add(ascii("place:" + random.nextInt(1000)));
        }
        send("GEOADD", places);
    }

    private void stream() throws IOException {
        int count = size(15, 250);
        long id = FIRST_ID + random.nextInt(1_000_000);
        String first = id + "-1";
        for (int i = 0; i < count; i++) {
            send("XADD", ascii(id + "-" + (1 + i)), ascii("n"), ascii(Integer.toString(i)), ascii("v"), element());
        }
        if (random.nextBoolean()) {
            group("readers", Math.min(count, 1 + random.nextInt(8)), first);
        }
        if (random.nextInt(3) == 0) {
            group("second", random.nextInt(3), id + "-2");
            out.send(key, ascii("XGROUP"), ascii("CREATECONSUMER"), key, ascii("second"), ascii("idle"));
        }
        switch (random.nextInt(6)) {
            case 0 -> send("XDEL", ascii(id + "-" + (1 + random.nextInt(count))));
            case 1 -> send("XTRIM", ascii("MAXLEN"), ascii(Integer.toString(count / 2)));
            case 2 -> send("XDEL", ascii(id + "-" + count));
            case 3 -> {
                if (random.nextInt(5) == 0) {
                    send("XTRIM", ascii("MAXLEN"), ascii("0"));
                }
            }
            default -> {}
        }
    }

    /** A group with two consumers, who have read {@code reads} entries each, some of them acknowledged, some delivered again. */
    private void group(String name, int reads, String first) throws IOException {
        byte[] group = ascii(name);
        out.send(key, ascii("XGROUP"), ascii("CREATE"), key, group, ascii("0"));
        for (String consumer : List.of("anna", "bert")) {
            if (reads > 0) {
                out.send(
                        key,
                        ascii("XREADGROUP"),
                        ascii("GROUP"),
                        group,
                        ascii(consumer),
                        ascii("COUNT"),
                        ascii(Integer.toString(reads)),
                        ascii("STREAMS"),
                        key,
                        ascii(">"));
            }
        }
        if (random.nextBoolean()) {
            send("XACK", group, ascii(first));
        } else {
            send("XCLAIM", group, ascii("carl"), ascii("0"), ascii(first));
        }
    }

    /** Mostly few, sometimes more than fit into the compact form. */
    private int size(int few, int many) {
        return random.nextInt(60) == 0 ? many : 1 + random.nextInt(few);
    }

    private byte[] element() {
        return switch (random.nextInt(12)) {
            case 0 -> ascii(Integer.toString(random.nextInt(1_000_000) - 500_000));
            case 1 -> bytes(1 + random.nextInt(20));
            case 2 -> random.nextInt(10) == 0 ? bytes(80 + random.nextInt(100)) : new byte[0];
            default -> ascii("element-" + random.nextInt(1_000_000));
        };
    }

    private byte[] bytes(int length) {
        return noise(random, length);
    }

    /** Bytes that do not compress, cut from a stock of them; {@code length} at most 1 MB. */
    static byte[] noise(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        System.arraycopy(NOISE, random.nextInt(NOISE.length - length), bytes, 0, length);
        return bytes;
    }

    private static byte[] noise() {
        byte[] noise = new byte[(1 << 20) + (1 << 17)];
        new SplittableRandom(7).nextBytes(noise);
        return noise;
    }

    private void send(String name, byte[]... more) throws IOException {
        send(name, List.of(more));
    }

    private void send(String name, List<byte[]> more) throws IOException {
        byte[][] words = new byte[2 + more.size()][];
        words[0] = ascii(name);
        words[1] = key;
        for (int i = 0; i < more.size(); i++) {
            words[2 + i] = more.get(i);
        }
        out.send(key, words);
    }
}
