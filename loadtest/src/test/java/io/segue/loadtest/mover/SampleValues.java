package io.segue.loadtest.mover;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Writes values of every type in every encoding, with names and contents of any bytes. */
final class SampleValues {
    /** Keys whose payloads have one form only, when they were built as these are. */
    static final List<String> ONE_FORM = List.of(
            "string:small", "string:number", "string:empty", "set:numbers", "zset:small", "zset:big", "hash:small");

    private final RespClient client;
    private final Random random;
    private final Set<String> keys = new LinkedHashSet<>();
    private final List<byte[][]> queued = new ArrayList<>();

    private SampleValues(RespClient client, long seed) {
        this.client = client;
        this.random = new Random(seed);
    }

    /** Gives the keys written. */
    static List<byte[]> write(RespClient client, long seed) throws IOException {
        SampleValues samples = new SampleValues(client, seed);
        samples.strings();
        samples.lists();
        samples.sets();
        samples.hashes();
        samples.sortedSets();
        samples.streams();
        samples.pending();
        samples.expiring();
        List<byte[]> all = new ArrayList<>(
                samples.keys.stream().map(ValueDescription::bytes).toList());
        all.addAll(samples.oddKeys());
        samples.flush();
        return all;
    }

    /** Writes hashes under names that are hard on hash tags; gives the names. */
    static List<byte[]> oddKeys(RespClient client, long seed) throws IOException {
        SampleValues samples = new SampleValues(client, seed);
        List<byte[]> keys = samples.oddKeys();
        samples.flush();
        return keys;
    }

    private void strings() throws IOException {
        add("SET", "string:small", "hello");
        add("SET", "string:number", "-1234567890123");
        add("SET", "string:number-like", "007");
        add("SET", "string:empty", "");
        add("SETBIT", "string:bitmap", "100000", "1");
        add(words("SET", "string:binary"), bytes(5_000));
        add(words("SET", "string:one-piece"), bytes(1024 * 1024));
        add(words("SET", "string:big"), bytes(5 * 512 * 1024 + 1));
        add("PFADD", "string:hll-sparse", "a", "b", "c");
        for (int i = 0; i < 3_000; i++) {
            add("PFADD", "string:hll-dense", "element " + i);
        }
    }

    private void lists() throws IOException {
        add("RPUSH", "list:small", "a", "", "b", "17", "a");
        for (int i = 0; i < 5_000; i++) {
            add(words("RPUSH", "list:big"), bytes(random.nextInt(60)));
        }
        for (int size : new int[] {10, 3_000_000, 0, 70_000, 1}) {
            add(words("LPUSH", "list:bulky"), bytes(size));
        }
    }

    private void sets() throws IOException {
        add("SADD", "set:numbers", "5", "-7", "900000000000");
        add("SADD", "set:small", "a", "", "b c", "12");
        for (int i = 0; i < 5_000; i++) {
            add(words("SADD", "set:big"), bytes(random.nextInt(30)));
        }
        add(words("SADD", "set:bulky"), bytes(2_000_000));
        add(words("SADD", "set:bulky"), bytes(9_000));
    }

    private void hashes() throws IOException {
        add("HSET", "hash:small", "field", "value", "", "", "n", "12");
        for (int i = 0; i < 5_000; i++) {
            add(words("HSET", "hash:big"), bytes(random.nextInt(20)), bytes(random.nextInt(100)));
        }
        add(words("HSET", "hash:bulky"), bytes(1_200_000), bytes(2));
        add(words("HSET", "hash:bulky"), bytes(3), bytes(2_000_000));
        add(words("HSET", "hash:bulky"), bytes(100_000), bytes(90_000));
        add(words("HSET", "hash:bulky"), bytes(3), bytes(4));
    }

    private void sortedSets() throws IOException {
        add(
                "ZADD",
                "zset:small",
                "1",
                "one",
                "0.1",
                "",
                "-inf",
                "low",
                "inf",
                "high",
                "3.0000000000000004",
                "17 digits");
        add("ZADD", "zset:small", "-0", "minus zero", "1e300", "large", "4503599627370497", "exact");
        for (int i = 0; i < 5_000; i++) {
            double score = Double.longBitsToDouble(random.nextLong());
            add("ZADD", "zset:big", Double.isNaN(score) ? "inf" : Double.toString(score), "member " + i);
        }
        add("ZADD", "zset:big", "-0", "minus zero", "5e-324", "tiny", "-inf", "low");
        add(words("ZADD", "zset:bulky", "7"), bytes(2_000_000));
        add(words("ZADD", "zset:bulky", "-8.5"), bytes(20_000));
        add("GEOADD", "zset:geo", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania");
    }

    private void streams() throws IOException {
        for (int i = 1; i <= 3_000; i++) {
            add(words("XADD", "stream:plain", i / 3 + "-" + (i % 3 + 1), "n"), bytes(random.nextInt(200)));
        }
        add(words("XADD", "stream:plain", "18446744073709551614-18446744073709551615"), bytes(1), bytes(2_000_000));
        add("XADD", "stream:plain", "18446744073709551615-1", "", "", "a", "b");
        add("XADD", "stream:emptied", "5-1", "a", "b");
        add("XDEL", "stream:emptied", "5-1");
        add("XGROUP", "CREATE", "stream:never-filled", "g", "0", "MKSTREAM");
        keys.add("stream:never-filled");
        for (int i = 1; i <= 300; i++) {
            add("XADD", "stream:trimmed", i + "-0", "n", "" + i);
        }
        add("XTRIM", "stream:trimmed", "MAXLEN", "20");
        add("XDEL", "stream:trimmed", "290-0", "300-0");
        add("XGROUP", "CREATE", "stream:trimmed", "all", "0");
        add("XGROUP", "CREATE", "stream:trimmed", "ahead", "9999-9");
        add("XSETID", "stream:trimmed", "500-7");
    }

    /** Entries that are pending while they are there, deleted, trimmed; more than a page of them; of two groups. */
    private void pending() throws IOException {
        String key = "stream:pending";
        for (int i = 1; i <= 1_500; i++) {
            add("XADD", key, i + "-1", "n", "" + i);
        }
        for (String group : List.of("group", "", "gr\u00fcn")) {
            add("XGROUP", "CREATE", key, group, "0");
            add("XGROUP", "CREATECONSUMER", key, group, "idle");
        }
        add("XREADGROUP", "GROUP", "group", "one", "COUNT", "1100", "STREAMS", key, ">");
        add("XREADGROUP", "GROUP", "group", "", "COUNT", "200", "STREAMS", key, ">");
        add("XREADGROUP", "GROUP", "", "one", "COUNT", "3", "STREAMS", key, ">");
        add("XCLAIM", key, "group", "two", "0", "700-1", "701-1", "TIME", "1600000000123", "RETRYCOUNT", "77");
        add("XACK", key, "group", "3-1", "4-1");
        add("XDEL", key, "2-1", "1050-1", "1500-1");
        add("XTRIM", key, "MAXLEN", "1000");
        add("XADD", "stream:only-pending", "1-1", "a", "b");
        add("XGROUP", "CREATE", "stream:only-pending", "g", "0");
        add("XREADGROUP", "GROUP", "g", "c", "STREAMS", "stream:only-pending", ">");
        add("XDEL", "stream:only-pending", "1-1");
    }

    private void expiring() throws IOException {
        add("SET", "expiring:string", "v", "PX", "3600000");
        add("SADD", "expiring:set", "a");
        add("PEXPIREAT", "expiring:set", "4102444800123");
        add("XADD", "expiring:stream", "1-1", "a", "b");
        add("PEXPIRE", "expiring:stream", "100000000");
    }

    private List<byte[]> oddKeys() throws IOException {
        List<byte[]> odd = new ArrayList<>();
        for (String text :
                List.of("", "{", "}", "{}", "{}a", "}{", "a{b", "a{b}c", "{a}b}{c}", "{{a}}", "a}b", "\r\n")) {
            odd.add(ValueDescription.bytes(text));
        }
        byte[] every = new byte[256];
        for (int i = 0; i < 256; i++) {
            every[i] = (byte) i;
        }
        odd.add(every);
        for (byte[] key : odd) {
            queue(words("HSET"), key, ValueDescription.bytes("f"), bytes(20));
        }
        return odd;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[][] words(String... words) {
        return RespClient.bytes(words);
    }

    private void add(String... words) throws IOException {
        add(words(words));
    }

    private void add(byte[][] words, byte[]... more) throws IOException {
        String key = new String(words[1], StandardCharsets.UTF_8);
        // Of a command whose key stands elsewhere others have written the key, too.
        if (key.indexOf(':') > 0) {
            keys.add(key);
        }
        queue(words, more);
    }

    private void queue(byte[][] words, byte[]... more) throws IOException {
        byte[][] all = new byte[words.length + more.length][];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        queued.add(all);
        if (queued.size() == 1_000) {
            flush();
        }
    }

    private void flush() throws IOException {
        for (Resp reply : client.pipeline(queued)) {
            if (reply.isError()) {
                throw new IllegalStateException("a sample was refused: " + reply);
            }
        }
        queued.clear();
    }
}
