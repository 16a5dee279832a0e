package io.segue.loadtest.bench;

import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is copied: strings of 64 bytes and a tenth as many of 1 KB, which do not compress, without expiry.
 *
 * @param small keys of 64 bytes; those of 1 KB come on top
 */
record DataSet(int small) {
    private static final int SMALL_BYTES = 64;
    private static final int LARGE_BYTES = 1_024;
    private static final int BATCH = 1_000;
    private static final long SEED = 42;

    int large() {
        return small / 10;
    }

    /** Writes it to a server. */
    void fill(RedisServer server) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        try (RespClient client = server.connect()) {
            fill(client, "small:", small, SMALL_BYTES, random);
            fill(client, "large:", large(), LARGE_BYTES, random);
        }
    }

    private static void fill(RespClient client, String prefix, int count, int bytes, SplittableRandom random)
            throws IOException {
        byte[] set = "SET".getBytes(StandardCharsets.US_ASCII);
        for (int from = 0; from < count; from += BATCH) {
            List<byte[][]> batch = new ArrayList<>(BATCH);
            for (int i = from; i < Math.min(count, from + BATCH); i++) {
                byte[] value = new byte[bytes];
                random.nextBytes(value);
                batch.add(new byte[][] {set, (prefix + i).getBytes(StandardCharsets.US_ASCII), value});
            }
            if (client.pipeline(batch).stream().anyMatch(Resp::isError)) {
                throw new IOException("the server refused a SET");
            }
        }
    }

    /** Makes a server empty. */
    static void empty(RedisServer server) throws IOException {
        if (server.call("FLUSHALL", "SYNC").isError()) {
            throw new IOException("the server refused FLUSHALL");
        }
    }
}
