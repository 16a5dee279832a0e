package io.segue.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers short frames into one buffer and passes long ones on by reference, in order. Copying some hundred bytes costs less than another
 * entry in the socket's write queue. Confined to one event loop.
 */
public final class BatchWriter {
    private static final int BATCH_BYTES = 16 * 1024;

    private final Loop loop;
    private final Consumer<ByteBuf> out;
    private @Nullable ByteBuf batch;

    /**
     * Empty.
     *
     * @param out takes over what is to be written, in order
     */
    public BatchWriter(Loop loop, Consumer<ByteBuf> out) {
        this.loop = loop;
        this.out = out;
    }

    /** Writes {@code in[start, start + length)}; the bytes stay the caller's. */
    public void write(ByteBuf in, int start, int length) {
        if (length > Loop.COPY_LIMIT) {
            flush();
            out.accept(in.retainedSlice(start, length));
            return;
        }
        room(length).writeBytes(in, start, length);
    }

    /** Writes {@code bytes}. */
    public void write(byte[] bytes) {
        if (bytes.length > BATCH_BYTES) {
            flush();
            out.accept(loop.alloc().buffer(bytes.length).writeBytes(bytes));
            return;
        }
        room(bytes.length).writeBytes(bytes);
    }

    private ByteBuf room(int length) {
        ByteBuf to = batch;
        if (to != null && to.writableBytes() < length) {
            flush();
            to = null;
        }
        if (to == null) {
            to = loop.alloc().directBuffer(BATCH_BYTES, BATCH_BYTES);
            batch = to;
        }
        return to;
    }

    /** Passes on what was gathered. */
    public void flush() {
        ByteBuf full = batch;
        if (full != null) {
            batch = null;
            out.accept(full);
        }
    }

    /** Throws away what was gathered. */
    public void drop() {
        ReferenceCountUtil.release(batch);
        batch = null;
    }
}
