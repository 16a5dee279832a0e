package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.core.operation.Bucket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The keys that stood on the follower before the copy: the conflict rule is about them, and what only the follower has is not removed. Kept in
 * files that survive a restart, as 128 bits of hash for each key (two keys with the same hash are not to be expected among 2⁶⁴), sorted in runs,
 * so that memory does not grow with their number. A key that the copy has overwritten does not count any more. Thread-safe once collected.
 */
final class StandingKeys {
    private static final String RUN = "standing-";
    private static final String COMPLETE = "standing.complete";
    private static final int PER_RUN = 1_000_000;
    private static final int RECORD = 17;

    private final List<ByteBuffer> runs = new ArrayList<>();

    /** None. */
    static StandingKeys none() {
        return new StandingKeys();
    }

    /**
     * Collects them from the follower, or reads what was collected before this process. Must be done before the first key is copied.
     *
     * @param closed whether to end early
     * @throws IOException the follower or the disk does not do its part
     */
    static StandingKeys collect(
            Path folder, RedisSide follower, Databases databases, String name, BooleanSupplier closed)
            throws IOException {
        StandingKeys keys = new StandingKeys();
        if (!Files.exists(folder.resolve(COMPLETE))) {
            delete(folder);
            Collector collector = new Collector(folder);
            for (int node = 0; node < follower.nodes().size(); node++) {
                try (RedisConnection connection = follower.open(node, name)) {
                    KeyScan.run(connection, databases, false, closed, (db, key) -> {
                        if (!PieceCopy.isTemporary(key)) {
                            collector.add(db, key);
                        }
                    });
                }
            }
            collector.flush();
            Files.writeString(folder.resolve(COMPLETE), "");
        }
        keys.load(folder);
        return keys;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(RUN))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        for (Path file : files(folder)) {
            Files.delete(file);
        }
    }

    private void load(Path folder) throws IOException {
        for (Path file : files(folder)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MappedByteBuffer run = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size());
                runs.add(run.order(ByteOrder.BIG_ENDIAN));
            }
        }
    }

    /** Whether the key stood there and was not overwritten by the copy. */
    boolean contains(Item item) {
        return !runs.isEmpty() && find(item.db, item.key, false);
    }

    /** As {@link #contains(Item)}. */
    boolean contains(int db, byte[] key) {
        return !runs.isEmpty() && find(db, key, false);
    }

    /** The copy has overwritten the key: it is the mover's from now on. */
    void takenOver(Item item) {
        if (!runs.isEmpty()) {
            find(item.db, item.key, true);
        }
    }

    private boolean find(int db, byte[] key, boolean remove) {
        long high = high(db, key);
        long low = low(db, key);
        boolean found = false;
        for (ByteBuffer run : runs) {
            int at = search(run, high, low);
            if (at >= 0 && run.get(at + 16) == 0) {
                found = true;
                if (remove) {
                    run.put(at + 16, (byte) 1);
                }
            }
        }
        return found;
    }

    private static int search(ByteBuffer run, long high, long low) {
        int from = 0;
        int to = run.limit() / RECORD - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int at = middle * RECORD;
            int order = Long.compareUnsigned(run.getLong(at), high);
            if (order == 0) {
                order = Long.compareUnsigned(run.getLong(at + 8), low);
            }
            if (order == 0) {
                return at;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -1;
    }

    private static long high(int db, byte[] key) {
        return Bucket.hash(key, 0, key.length, 2L * db);
    }

    private static long low(int db, byte[] key) {
        return Bucket.hash(key, 0, key.length, ~(2L * db));
    }

    /** Gathers hashes and writes them in sorted runs. */
    private static final class Collector {
        private static final Comparator<long[]> ORDER = (a, b) -> {
            int order = Long.compareUnsigned(a[0], b[0]);
            return order != 0 ? order : Long.compareUnsigned(a[1], b[1]);
        };

        private final Path folder;
        private final long[][] gathered = new long[PER_RUN][];
        private int count;
        private int run;

        Collector(Path folder) {
            this.folder = folder;
        }

        void add(int db, byte[] key) throws IOException {
            gathered[count++] = new long[] {high(db, key), low(db, key)};
            if (count == PER_RUN) {
                flush();
            }
        }

        void flush() throws IOException {
            if (count == 0) {
                return;
            }
            Arrays.sort(gathered, 0, count, ORDER);
            ByteBuffer bytes = ByteBuffer.allocate(count * RECORD);
            for (int i = 0; i < count; i++) {
                bytes.putLong(gathered[i][0]).putLong(gathered[i][1]).put((byte) 0);
                gathered[i] = new long[0];
            }
            Files.write(folder.resolve(String.format("%s%06d", RUN, run++)), bytes.array());
            count = 0;
        }
    }
}
