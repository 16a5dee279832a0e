package io.segue.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes in pieces is there as a whole, and what has been served is let go. */
final class InboxPiecesTest {
    private static final int KB = 1024;

    private final PooledByteBufAllocator alloc = new PooledByteBufAllocator(false);
    private final Inbox inbox = new Inbox(alloc);

    /** Frames of any size that arrive in pieces of any size come out as they were. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void framesComeOutWhole(long seed) {
        Random random = new Random(seed);
        List<byte[]> frames = new ArrayList<>();
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 40; i++) {
            byte[] frame = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? 700 * KB : 2_000)];
            random.nextBytes(frame);
            frames.add(frame);
            stream.writeBytes(frame);
        }
        List<ByteBuf> sentOn = new ArrayList<>();
        int next = 0;
        while (next < frames.size()) {
            int piece = Math.min(stream.readableBytes(), 1 + random.nextInt(random.nextBoolean() ? 100 : 64 * KB));
            inbox.add(alloc.buffer(Math.max(1, piece)).writeBytes(stream, piece));
            while (next < frames.size() && inbox.hasMore()) {
                int length = frames.get(next).length;
                ByteBuf bytes = inbox.bytes();
                if (bytes.readableBytes() < length) {
                    inbox.wants(length);
                    break;
                }
                inbox.wants(0);
                sentOn.add(bytes.retainedSlice(bytes.readerIndex(), length));
                bytes.skipBytes(length);
                next++;
            }
            inbox.tidy();
        }
        for (int i = 0; i < frames.size(); i++) {
            byte[] actual = new byte[frames.get(i).length];
            sentOn.get(i).readBytes(actual).release();
            assertThat(actual).as("seed %d, frame %d", seed, i).isEqualTo(frames.get(i));
        }
        assertThat(inbox.hasMore()).isFalse();
        assertThat(alloc.pinnedHeapMemory()).as("bytes held at the end").isZero();
        stream.release();
    }

    @Test
    void aStreamOfLargeFramesIsLetGo() {
        int frame = 1024 * KB;
        int piece = 60 * KB;
        int have = 0;
        long most = 0;
        for (int sent = 0; sent < 100 * frame; sent += piece) {
            inbox.add(alloc.buffer(piece).writeZero(piece));
            have += piece;
            inbox.wants(frame);
            if (have >= frame) {
                inbox.wants(0);
                inbox.bytes().skipBytes(frame);
                have -= frame;
                inbox.wants(frame);
            }
            inbox.tidy();
            most = Math.max(most, alloc.pinnedHeapMemory());
        }
        assertThat(most).isLessThan(3L * frame);
        inbox.clear();
        assertThat(alloc.pinnedHeapMemory()).isZero();
    }

    @Test
    void singleBytesOfALargeFrameCostLittle() {
        inbox.add(alloc.buffer(64).writeZero(64));
        inbox.wants(50 * KB * KB);
        for (int i = 0; i < 100_000; i++) {
            inbox.add(alloc.buffer(2_048).writeByte(i));
        }
        assertThat(inbox.hasMore()).isFalse();
        assertThat(alloc.pinnedHeapMemory()).isLessThan(200 * KB);
        inbox.wants(0);
        ByteBuf all = inbox.bytes();
        assertThat(all.readableBytes()).isEqualTo(100_064);
        assertThat(all.getByte(64 + 99_999)).isEqualTo((byte) 99_999);
        inbox.clear();
        assertThat(alloc.pinnedHeapMemory()).isZero();
    }
}
