package io.segue.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private static final int PIECE = 64 * 1024;
    private static final int LARGE = 1024 * 1024;

    private final Inbox inbox = new Inbox(PooledByteBufAllocator.DEFAULT);

    private static ByteBuf piece(int size) {
        return Unpooled.buffer(size).writeZero(size);
    }

    @Test
    void smallPiecesAreOneBuffer() {
        for (char c = 'a'; c <= 'z'; c++) {
            inbox.add(Unpooled.copiedBuffer(String.valueOf(c), StandardCharsets.US_ASCII));
        }
        assertThat(inbox.bytes().toString(StandardCharsets.US_ASCII)).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        inbox.clear();
    }

    /** Each large request ends in a piece in which the next one begins: what was served must go all the same. */
    @Test
    void aStreamOfLargeRequestsIsNotKept() {
        List<ByteBuf> pieces = new ArrayList<>();
        long served = 0;
        long received = 0;
        inbox.wants(LARGE);
        for (int i = 0; i < 300; i++) {
            ByteBuf piece = piece(PIECE + 1);
            pieces.add(piece);
            received += PIECE + 1;
            inbox.add(piece);
            while (inbox.hasMore()) {
                ByteBuf bytes = inbox.bytes();
                bytes.readerIndex(bytes.readerIndex() + LARGE);
                served += LARGE;
            }
            inbox.tidy();
            long held = pieces.stream().filter(one -> one.refCnt() > 0).count() * PIECE;
            assertThat(held).isLessThanOrEqualTo(LARGE + 2L * PIECE);
        }
        assertThat(served + inbox.bytes().readableBytes()).isEqualTo(received);
        inbox.clear();
        assertThat(pieces).allMatch(one -> one.refCnt() == 0);
    }

    /** A request that is still being sent keeps its pieces, and their places, while others of the same buffer go. */
    @Test
    void whatIsStillBeingSentStaysAsItIs() {
        ByteBuf first = Unpooled.copiedBuffer("x".repeat(LARGE / 2), StandardCharsets.US_ASCII);
        ByteBuf second = Unpooled.copiedBuffer("y".repeat(LARGE), StandardCharsets.US_ASCII);
        inbox.wants(LARGE);
        inbox.add(first);
        inbox.add(second);
        ByteBuf sent = inbox.bytes().retainedSlice(0, LARGE / 2 + 1);
        inbox.bytes().readerIndex(LARGE / 2 + 1);
        inbox.tidy();
        assertThat(inbox.bytes().readableBytes()).isEqualTo(LARGE - 1);
        assertThat(inbox.bytes().getByte(inbox.bytes().readerIndex())).isEqualTo((byte) 'y');
        assertThat(sent.getByte(LARGE / 2 - 1)).isEqualTo((byte) 'x');
        assertThat(sent.getByte(LARGE / 2)).isEqualTo((byte) 'y');
        sent.release();
        assertThat(first.refCnt()).isZero();
        inbox.clear();
        assertThat(second.refCnt()).isZero();
    }
}
