package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Hears of buffers that were collected before they were released. Netty notices when it allocates after a collection. */
final class LeakWatch implements AutoCloseable {
    private static final int COLLECTIONS = 3;

    private final Logger logger = Logger.getLogger("io.netty.util.ResourceLeakDetector");
    private final Queue<String> reports = new ConcurrentLinkedQueue<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(@Nullable LogRecord entry) {
            if (entry != null && entry.getLevel().intValue() >= Level.SEVERE.intValue()) {
                reports.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    };

    LeakWatch() {
        logger.addHandler(listener);
    }

    /** Bytes in buffers that somebody holds right now. */
    static long bytesHeld() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() + PooledByteBufAllocator.DEFAULT.pinnedHeapMemory();
    }

    /** Fails if a buffer was lost since the watch began. */
    void assertNothingLeaked() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            // A pooled and an unpooled way to allocate: each asks the detector.
            ByteBuf probe = PooledByteBufAllocator.DEFAULT.directBuffer(64);
            probe.release();
        }
        assertThat(reports).as("buffers that were never released").isEmpty();
    }

    @Override
    public void close() {
        logger.removeHandler(listener);
    }
}
