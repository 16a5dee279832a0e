package io.segue.loadtest.load;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The keys of a run: makes them, seeds a server with them, and copies a server to another one. */
public final class Keyspace {
    private static final int BATCH = 500;

    private Keyspace() {}

    /** {@code count} keys, of all kinds in turn, with their homes spread evenly over {@code proxies} proxies. */
    public static List<TrackedKey> create(int count, int proxies) {
        Kind[] kinds = Kind.values();
        List<TrackedKey> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Kind kind = kinds[i % kinds.length];
            String name = kind.name().toLowerCase(Locale.ROOT) + ":" + i;
            keys.add(new TrackedKey(name, kind, i / kinds.length % proxies));
        }
        return keys;
    }

    /** Gives all {@code keys} their version 0. */
    public static void seed(List<TrackedKey> keys, RespClient server) throws IOException {
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<byte[][]> commands = new ArrayList<>(BATCH);
            for (TrackedKey key : keys.subList(from, Math.min(keys.size(), from + BATCH))) {
                commands.add(key.kind().seed(key.name()));
            }
            expectNoError(server.pipeline(commands));
        }
    }

    /**
     * Copies all keys, with their types and expiries, by DUMP and RESTORE. {@code to} must be of the same version as
     * {@code from} or newer; nobody may write meanwhile.
     *
     * @return how many keys were copied
     */
    public static long copy(RespClient from, RespClient to) throws IOException {
        long copied = 0;
        String cursor = "0";
        do {
            List<Resp> page =
                    from.call("SCAN", cursor, "COUNT", Integer.toString(BATCH)).items();
            cursor = page.get(0).text();
            List<byte[]> names = page.get(1).items().stream().map(Resp::bytes).toList();
            copy(names, from, to);
            copied += names.size();
        } while (!cursor.equals("0"));
        return copied;
    }

    private static void copy(List<byte[]> names, RespClient from, RespClient to) throws IOException {
        List<byte[][]> reads = new ArrayList<>(2 * names.size());
        for (byte[] name : names) {
            reads.add(new byte[][] {ascii("DUMP"), name});
            reads.add(new byte[][] {ascii("PTTL"), name});
        }
        List<Resp> replies = from.pipeline(reads);
        List<byte[][]> writes = new ArrayList<>(names.size());
        for (int i = 0; i < names.size(); i++) {
            long ttl = Math.max(0, replies.get(2 * i + 1).number());
            writes.add(new byte[][] {
                ascii("RESTORE"),
                names.get(i),
                ascii(Long.toString(ttl)),
                replies.get(2 * i).bytes(),
                ascii("REPLACE")
            });
        }
        expectNoError(to.pipeline(writes));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void expectNoError(List<Resp> replies) throws IOException {
        for (Resp reply : replies) {
            if (reply.isError()) {
                throw new IOException("the server refused: " + reply);
            }
        }
    }
}
