package io.segue.loadtest.mover;

import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Clients that change keys of all types at the authority all the time, some of them at both sides. */
final class LiveWriters implements AutoCloseable {
    private static final int KEYS = 1_500;
    /** So that the mover keeps up on a busy machine. */
    private static final long PAUSE_NANOS = 500_000;

    private static final String[] TYPES = {"s", "h", "l", "e", "z", "x"};

    private final RedisServer authority;
    private final RedisServer follower;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong apart = new AtomicLong();
    final AtomicLong writes = new AtomicLong();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    LiveWriters(RedisServer authority, RedisServer follower, int count, boolean dual, long seed) {
        this.authority = authority;
        this.follower = follower;
        for (int i = 0; i < count; i++) {
            Random random = new Random(seed * 100 + i);
            boolean both = dual && i % 2 == 0;
            threads.add(new Thread(() -> write(random, both), "writer-" + i));
        }
        threads.forEach(Thread::start);
    }

    private void write(Random random, boolean dual) {
        try (RespClient one = authority.connect();
                RespClient other = follower.connect()) {
            while (!over) {
                String[] command = command(random);
                if (dual) {
                    writeBoth(random, one, other, command);
                } else {
                    call(one, command);
                }
                writes.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    /** In either order, and not at once. */
    private void writeBoth(Random random, RespClient one, RespClient other, String[] command) {
        boolean turned = random.nextBoolean();
        long began = System.nanoTime();
        call(turned ? other : one, command);
        LockSupport.parkNanos(random.nextInt(5_000_000));
        call(turned ? one : other, command);
        apart.accumulateAndGet((System.nanoTime() - began) / 1_000_000, Math::max);
    }

    /** How far the halves of a dual write have lain apart at most, milliseconds. */
    long apartMs() {
        return apart.get();
    }

    private static void call(RespClient client, String[] command) {
        try {
            Resp reply = client.call(command);
            if (reply.isError()
                    && !reply.text().startsWith("WRONGTYPE")
                    && !reply.text().contains("no such key")) {
                throw new IOException(String.join(" ", command) + ": " + reply.text());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] command(Random random) {
        String type = TYPES[random.nextInt(TYPES.length)];
        // Some keys are hot.
        String key = "live:" + type + ":" + (random.nextInt(20) == 0 ? 0 : random.nextInt(KEYS));
        int dice = random.nextInt(100);
        if (dice < 8) {
            return new String[] {"DEL", key};
        }
        if (dice < 16) {
            return new String[] {"PEXPIRE", key, Integer.toString(1 + random.nextInt(300))};
        }
        if (dice < 20) {
            return new String[] {"PERSIST", key};
        }
        if (dice < 22) {
            return new String[] {"RENAME", key, "live:" + type + ":" + random.nextInt(KEYS)};
        }
        String value = Integer.toString(random.nextInt(50));
        return switch (type) {
            case "h" -> new String[] {"HSET", key, "f" + random.nextInt(200), value};
            case "l" -> new String[] {random.nextBoolean() ? "LPUSH" : "RPUSH", key, value};
            case "e" -> new String[] {random.nextBoolean() ? "SADD" : "SREM", key, "m" + value};
            case "z" -> new String[] {"ZADD", key, value, "m" + random.nextInt(200)};
            case "x" -> new String[] {"XADD", key, "MAXLEN", "50", "*", "f", value};
            default ->
                switch (random.nextInt(3)) {
                    case 0 -> new String[] {"SET", key, value};
                    case 1 -> new String[] {"SET", key, value, "PX", Integer.toString(1 + random.nextInt(300))};
                    default -> new String[] {"APPEND", key, value};
                };
        };
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (failure != null) {
            throw new AssertionError("a writer failed", failure);
        }
    }
}
