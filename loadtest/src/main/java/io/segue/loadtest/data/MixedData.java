package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Fills a store with keys of every kind: all types in all their forms, odd names, several databases, keys that expire, big keys, functions.
 * The same settings give the same keys, except that moments of expiry count from now. Which key has which kind: see {@link MixedKeys}.
 */
public final class MixedData {
    private static final int BIG_PIECE = 64 * 1024;
    private static final int BIG_ITEM = 1024;
    private static final List<String> BIG_TYPES = List.of("string", "list", "hash", "zset", "set", "stream");

    private final Settings settings;
    private final MixedKeys keys;

    /**
     * What to make.
     *
     * @param seed of everything
     * @param count keys numbered 0 to {@code count - 1}
     * @param databases how many databases, at least 1; 1 for a cluster
     * @param expiring share of the keys that end by themselves, 0.0 to 1.0
     * @param shortest time that is left to an expiring key at least, 1 ms or more
     * @param longest at most; times are spread evenly over the orders of magnitude
     * @param bigKeys how many big keys beside the others; of type string, list, hash, sorted set, set, stream in turn
     * @param bigBytes about how many bytes each of them holds, at least 1 KB
     * @param functions whether to load function libraries, where the server has them
     */
    public record Settings(
            long seed,
            long count,
            int databases,
            double expiring,
            Duration shortest,
            Duration longest,
            int bigKeys,
            long bigBytes,
            boolean functions) {
        /** So many keys in one database, 30 % of which expire in 2 s to 6 h; no big ones; functions. */
        public static Settings of(long seed, long count) {
            return new Settings(seed, count, 1, 0.3, Duration.ofSeconds(2), Duration.ofHours(6), 0, 1024, true);
        }

        /** The same in so many databases. */
        public Settings withDatabases(int number) {
            return new Settings(seed, count, number, expiring, shortest, longest, bigKeys, bigBytes, functions);
        }

        /** The same with another share of expiring keys. */
        public Settings withExpiring(double share, Duration least, Duration most) {
            return new Settings(seed, count, databases, share, least, most, bigKeys, bigBytes, functions);
        }

        /** The same with big keys. */
        public Settings withBig(int number, long bytes) {
            return new Settings(seed, count, databases, expiring, shortest, longest, number, bytes, functions);
        }
    }

    /**
     * What was made.
     *
     * @param keys numbered and big ones
     * @param commands sent
     * @param bytes of all their words
     */
    public record Filled(long keys, long commands, long bytes, Duration took) {}

    /** A generator; makes nothing yet. */
    public MixedData(Settings settings) {
        this.settings = settings;
        this.keys = new MixedKeys(settings.seed, settings.databases);
    }

    /** Names and kinds of the keys. */
    public MixedKeys keys() {
        return keys;
    }

    /** How many numbered keys there are. */
    public long count() {
        return settings.count;
    }

    /**
     * Makes all of it; several hundred thousand keys take some seconds.
     *
     * @throws IOException if a server refuses a command
     */
    public Filled fill(Store store) throws IOException {
        if (store.isCluster() && settings.databases > 1) {
            throw new IllegalArgumentException(
                    "databases: " + settings.databases + " (expected: 1, a cluster has no more)");
        }
        long start = System.nanoTime();
        try (Pipeline out = new Pipeline(store)) {
            MixedValues values = new MixedValues(out);
            long now = System.currentTimeMillis();
            for (int db = 0; db < settings.databases; db++) {
                out.select(db);
                for (long number = 0; number < settings.count; number++) {
                    if (keys.database(number) == db) {
                        make(out, values, number, now);
                    }
                }
            }
            out.select(0);
            for (int i = 0; i < settings.bigKeys; i++) {
                big(out, i);
            }
            out.await();
            if (settings.functions) {
                functions(out);
            }
            return new Filled(
                    settings.count + settings.bigKeys,
                    out.sent(),
                    out.sentBytes(),
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void make(Pipeline out, MixedValues values, long number, long now) throws IOException {
        byte[] name = keys.name(number);
        values.make(keys.kind(number), name, keys.random(number, 2));
        SplittableRandom random = keys.random(number, 3);
        if (random.nextDouble() < settings.expiring) {
            double least = Math.log((double) settings.shortest.toMillis());
            double most = Math.log((double) settings.longest.toMillis());
            long left = Math.round(Math.exp(least + random.nextDouble() * (most - least)));
            out.send(name, ascii("PEXPIREAT"), name, ascii(Long.toString(now + left)));
        }
    }

    /** The name of big key number {@code index}. */
    public static String bigName(int index) {
        return "big:" + BIG_TYPES.get(index % BIG_TYPES.size()) + ":" + index;
    }

    private void big(Pipeline out, int index) throws IOException {
        byte[] key = ascii(bigName(index));
        String type = BIG_TYPES.get(index % BIG_TYPES.size());
        SplittableRandom random = keys.random(index, 4);
        long left = settings.bigBytes;
        int item = 0;
        while (left > 0) {
            int length = (int) Math.min(BIG_PIECE, left);
            List<byte[]> words = new ArrayList<>(List.of(ascii(command(type)), key));
            if (type.equals("string")) {
                words.add(MixedValues.noise(random, length));
            } else if (type.equals("stream")) {
                words.addAll(List.of(
                        ascii(1 + item++ + "-1"), ascii("v"), MixedValues.noise(random, Math.min(length, BIG_ITEM))));
                length = BIG_ITEM;
            } else {
                for (int used = 0; used < length; used += BIG_ITEM) {
                    addItem(words, type, item++, random);
                }
            }
            out.send(key, words.toArray(byte[][]::new));
            left -= length;
        }
    }

    private static void addItem(List<byte[]> words, String type, int item, SplittableRandom random) {
        byte[] noise = MixedValues.noise(random, BIG_ITEM);
        byte[] label = ascii("item:" + item + ":");
        if (type.equals("hash")) {
            words.add(label);
        } else if (type.equals("zset")) {
            words.add(ascii(Integer.toString(random.nextInt())));
        }
        // Members of sets are made different by their number, whatever the noise.
        System.arraycopy(label, 0, noise, 0, label.length);
        words.add(noise);
    }

    private static String command(String type) {
        return switch (type) {
            case "string" -> "APPEND";
            case "list" -> "RPUSH";
            case "hash" -> "HSET";
            case "zset" -> "ZADD";
            case "set" -> "SADD";
            default -> "XADD";
        };
    }

    private void functions(Pipeline out) throws IOException {
        for (int node = 0; node < out.session().nodes(); node++) {
            RespClient client = out.session().client(node);
            if (client.call("FUNCTION", "LIST").isError()) {
                return;
            }
            for (int i = 0; i < 3; i++) {
                Resp reply = client.call("FUNCTION", "LOAD", "REPLACE", """
                        #!lua name=mixed%d
                        redis.register_function('mixed%d_seed', function(keys, args) return %d end)
                        """.formatted(i, i, settings.seed % 1_000_000));
                if (reply.isError()) {
                    throw new IOException("FUNCTION LOAD: " + reply);
                }
            }
        }
    }
}
