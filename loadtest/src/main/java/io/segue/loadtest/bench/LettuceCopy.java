package io.segue.loadtest.bench;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * The first copy as a mover would make it with lettuce: pages of a SCAN, MEMORY USAGE, PEXPIRETIME and DUMP of each key, then RESTORE, all pipelined
 * through the asynchronous interface, flushed a page at a time, and the replies of one page awaited while the next is under way. Follows nothing;
 * it is there to compare what the client library costs.
 */
final class LettuceCopy {
    private static final int PAGE = 512;

    private final int from;
    private final int to;

    LettuceCopy(int from, int to) {
        this.from = from;
        this.to = to;
    }

    /** What was asked of the source for a page. */
    private record Asked(
            List<byte[]> keys,
            List<RedisFuture<Long>> sizes,
            List<RedisFuture<Long>> expiries,
            List<RedisFuture<byte[]>> payloads) {}

    /** Copies database 0; returns the nanoseconds that took. */
    long run() throws InterruptedException, ExecutionException {
        RedisClient client = RedisClient.create();
        try (StatefulRedisConnection<byte[], byte[]> source =
                        client.connect(ByteArrayCodec.INSTANCE, RedisURI.create("127.0.0.1", from));
                StatefulRedisConnection<byte[], byte[]> target =
                        client.connect(ByteArrayCodec.INSTANCE, RedisURI.create("127.0.0.1", to))) {
            source.setAutoFlushCommands(false);
            target.setAutoFlushCommands(false);
            long began = System.nanoTime();
            copy(source, target);
            return System.nanoTime() - began;
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        }
    }

    private static void copy(
            StatefulRedisConnection<byte[], byte[]> source, StatefulRedisConnection<byte[], byte[]> target)
            throws InterruptedException, ExecutionException {
        ScanArgs pages = ScanArgs.Builder.limit(PAGE);
        RedisFuture<KeyScanCursor<byte[]>> scan = source.async().scan(pages);
        source.flushCommands();
        Asked before = null;
        List<RedisFuture<String>> writes = List.of();
        while (scan != null || before != null) {
            Asked asked = null;
            if (scan != null) {
                KeyScanCursor<byte[]> page = scan.get();
                scan = page.isFinished() ? null : source.async().scan(page, pages);
                asked = ask(source, page.getKeys());
                source.flushCommands();
            }
            if (before != null) {
                List<RedisFuture<String>> written = write(target, before);
                await(writes);
                writes = written;
            }
            before = asked;
        }
        await(writes);
    }

    private static Asked ask(StatefulRedisConnection<byte[], byte[]> source, List<byte[]> keys) {
        Asked asked = new Asked(
                keys, new ArrayList<>(keys.size()), new ArrayList<>(keys.size()), new ArrayList<>(keys.size()));
        for (byte[] key : keys) {
            asked.sizes.add(source.async().memoryUsage(key));
            asked.expiries.add(source.async().pexpiretime(key));
        }
        for (byte[] key : keys) {
            asked.payloads.add(source.async().dump(key));
        }
        return asked;
    }

    private static List<RedisFuture<String>> write(StatefulRedisConnection<byte[], byte[]> target, Asked asked)
            throws InterruptedException, ExecutionException {
        List<RedisFuture<String>> writes = new ArrayList<>(asked.keys.size());
        for (int i = 0; i < asked.keys.size(); i++) {
            asked.sizes.get(i).get();
            long expiry = asked.expiries.get(i).get();
            RestoreArgs how = new RestoreArgs().replace();
            if (expiry >= 0) {
                how.ttl(expiry).absttl();
            }
            byte[] payload = asked.payloads.get(i).get();
            if (payload != null) {
                writes.add(target.async().restore(asked.keys.get(i), payload, how));
            }
        }
        target.flushCommands();
        return writes;
    }

    private static void await(List<RedisFuture<String>> writes) throws InterruptedException, ExecutionException {
        for (RedisFuture<String> write : writes) {
            write.get();
        }
    }
}
