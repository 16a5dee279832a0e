package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent and nobody has served yet, as one buffer. Small pieces are put together by copying; the pieces of a large request
 * are only strung together. Confined to one event loop.
 */
final class Inbox {
    /** Requests from this size on are not copied together. */
    private static final int LARGE = 256 * 1024;

    private final ByteBufAllocator alloc;
    private @Nullable ByteBuf bytes;
    private long wanted;

    Inbox(ByteBufAllocator alloc) {
        this.alloc = alloc;
    }

    /** Takes {@code more} over. */
    void add(ByteBuf more) {
        ByteBuf have = bytes;
        if (have == null) {
            bytes = more;
        } else if (have instanceof CompositeByteBuf all) {
            all.addComponent(true, more);
        } else if (wanted >= LARGE) {
            bytes = alloc.compositeBuffer(Integer.MAX_VALUE)
                    .addComponent(true, have)
                    .addComponent(true, more);
        } else {
            bytes = joined(have, more);
        }
    }

    private ByteBuf joined(ByteBuf have, ByteBuf more) {
        int need = have.readableBytes() + more.readableBytes();
        if (have.refCnt() == 1 && !have.isReadOnly() && have.writableBytes() >= more.readableBytes()) {
            have.writeBytes(more);
            more.release();
            return have;
        }
        ByteBuf both = alloc.buffer(Math.max(need * 2, 1024));
        both.writeBytes(have).writeBytes(more);
        have.release();
        more.release();
        return both;
    }

    /** Whether there are bytes that were not looked at in vain already. */
    boolean hasMore() {
        ByteBuf have = bytes;
        return have != null && have.isReadable() && have.readableBytes() >= wanted;
    }

    /** The bytes; the reader index is moved by whoever serves them. */
    ByteBuf bytes() {
        ByteBuf have = bytes;
        if (have == null) {
            throw new IllegalStateException("empty");
        }
        return have;
    }

    /** The request at the front has at least {@code total} bytes; 0: not known. */
    void wants(long total) {
        wanted = total;
    }

    /** Bytes not served. */
    int size() {
        ByteBuf have = bytes;
        // The request at the front is wanted whole, whatever its size.
        return have == null ? 0 : (int) Math.max(0, have.readableBytes() - wanted);
    }

    /** Lets go of what has been served. */
    void tidy() {
        ByteBuf have = bytes;
        if (have == null) {
            return;
        }
        if (!have.isReadable()) {
            clear();
        } else if (have instanceof CompositeByteBuf all
                && (all.readerIndex() > 0 || (wanted < LARGE && all.readableBytes() < LARGE))) {
            bytes = rest(all);
            have.release();
        }
    }

    /** What has not been served, without what has: pieces that others still send on are not moved. */
    private ByteBuf rest(CompositeByteBuf all) {
        int length = all.readableBytes();
        if (length < LARGE) {
            return alloc.buffer(length).writeBytes(all);
        }
        CompositeByteBuf rest = alloc.compositeBuffer(Integer.MAX_VALUE);
        for (ByteBuf piece : all.decompose(all.readerIndex(), length)) {
            rest.addComponent(true, piece.retain());
        }
        return rest;
    }

    void clear() {
        ByteBuf have = bytes;
        bytes = null;
        wanted = 0;
        if (have != null) {
            have.release();
        }
    }
}
