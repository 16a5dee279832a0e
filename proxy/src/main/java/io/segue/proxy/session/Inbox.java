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

    /** Smaller pieces are copied even then: a buffer each would cost many times what is in it. */
    private static final int SMALL = 4 * 1024;

    private static final int TAIL = 16 * 1024;

    private final ByteBufAllocator alloc;
    private @Nullable ByteBuf bytes;
    /** Small pieces of a large request; follows {@link #bytes}. */
    private @Nullable ByteBuf tail;

    private long wanted;

    Inbox(ByteBufAllocator alloc) {
        this.alloc = alloc;
    }

    /** Takes {@code more} over. */
    void add(ByteBuf more) {
        ByteBuf have = bytes;
        if (have == null) {
            bytes = more;
        } else if (have instanceof CompositeByteBuf || wanted >= LARGE) {
            string(more);
        } else {
            bytes = joined(have, more);
        }
    }

    private void string(ByteBuf more) {
        ByteBuf open = tail;
        int length = more.readableBytes();
        if (open != null && open.writableBytes() < length) {
            settle();
            open = null;
        }
        if (open == null && length >= SMALL) {
            composite().addComponent(true, more);
            return;
        }
        if (open == null) {
            open = alloc.buffer(TAIL, TAIL);
            tail = open;
        }
        open.writeBytes(more);
        more.release();
    }

    private void settle() {
        ByteBuf open = tail;
        tail = null;
        if (open != null) {
            composite().addComponent(true, open);
        }
    }

    private CompositeByteBuf composite() {
        ByteBuf have = bytes;
        if (have instanceof CompositeByteBuf all) {
            return all;
        }
        CompositeByteBuf all = alloc.compositeBuffer(Integer.MAX_VALUE);
        if (have != null) {
            all.addComponent(true, have);
        }
        bytes = all;
        return all;
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

    private int readable() {
        ByteBuf have = bytes;
        ByteBuf open = tail;
        return (have == null ? 0 : have.readableBytes()) + (open == null ? 0 : open.readableBytes());
    }

    /** Whether there are bytes that were not looked at in vain already. */
    boolean hasMore() {
        int readable = readable();
        return readable > 0 && readable >= wanted;
    }

    /** The bytes; the reader index is moved by whoever serves them. */
    ByteBuf bytes() {
        settle();
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
        // The request at the front is wanted whole, whatever its size.
        return (int) Math.max(0, readable() - wanted);
    }

    /** Lets go of what has been served. */
    void tidy() {
        ByteBuf have = bytes;
        if (have == null) {
            return;
        }
        if (readable() == 0) {
            clear();
        } else if (have instanceof CompositeByteBuf all) {
            if (wanted < LARGE && readable() < LARGE) {
                settle();
                bytes = alloc.buffer(all.readableBytes()).writeBytes(all);
                all.release();
            } else if (all.readerIndex() >= LARGE) {
                bytes = unserved(all);
            }
        }
    }

    /** The same without what has been served, which is freed as soon as nobody sends it on any more. */
    private CompositeByteBuf unserved(CompositeByteBuf all) {
        CompositeByteBuf rest = alloc.compositeBuffer(Integer.MAX_VALUE);
        for (ByteBuf part : all.decompose(all.readerIndex(), all.readableBytes())) {
            rest.addComponent(true, part.retain());
        }
        all.release();
        return rest;
    }

    void clear() {
        ByteBuf have = bytes;
        ByteBuf open = tail;
        bytes = null;
        tail = null;
        wanted = 0;
        if (have != null) {
            have.release();
        }
        if (open != null) {
            open.release();
        }
    }
}
