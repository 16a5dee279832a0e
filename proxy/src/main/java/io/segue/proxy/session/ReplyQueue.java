package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.ReferenceCountUtil;
import io.segue.proxy.engine.ReplySlot;
import io.segue.proxy.upstream.Loop;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Puts one client's answers into the order of its requests: the first slot writes through, the others keep their bytes until it is
 * their turn. Messages that answer nothing go between two answers, never into one. Confined to one event loop.
 */
final class ReplyQueue {
    /** Where the answers go. */
    interface Out {
        void write(ByteBuf in, int from, int length);

        void write(byte[] bytes);

        /** The last answer that was owed has been written. */
        void drained();

        /** The client cannot be given the rest of an answer. */
        void broken(String reason);
    }

    private final Loop loop;
    private final Out out;
    private final ArrayDeque<Slot> free = new ArrayDeque<>();
    private final ArrayDeque<byte[]> messages = new ArrayDeque<>();
    private @Nullable Slot head;
    private @Nullable Slot tail;
    private int size;
    private boolean midAnswer;

    ReplyQueue(Loop loop, Out out) {
        this.loop = loop;
        this.out = out;
    }

    /** The place of the next answer; {@code muted}: it is dropped when it comes. */
    Slot open(boolean muted) {
        Slot slot = free.pollLast();
        if (slot == null) {
            slot = new Slot();
        }
        slot.muted = muted;
        Slot last = tail;
        if (last == null) {
            head = slot;
        } else {
            last.next = slot;
        }
        tail = slot;
        size++;
        return slot;
    }

    /** Answers that are owed. */
    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Writes a message that answers no request, as soon as no answer is half written. */
    void message(byte[] bytes) {
        if (midAnswer) {
            messages.add(bytes);
        } else {
            out.write(bytes);
        }
    }

    private void pop() {
        Slot done = head;
        while (done != null) {
            head = done.next;
            if (head == null) {
                tail = null;
            }
            size--;
            done.reset();
            if (free.size() < 64) {
                free.addLast(done);
            }
            midAnswer = false;
            for (byte[] message = messages.poll(); message != null; message = messages.poll()) {
                out.write(message);
            }
            Slot now = head;
            done = now != null && now.writeKept() ? now : null;
        }
        if (head == null) {
            out.drained();
        }
    }

    /** The place of one answer. */
    final class Slot implements ReplySlot {
        private @Nullable Slot next;
        private @Nullable ByteBuf kept;
        private boolean complete;
        private boolean muted;

        private void reset() {
            next = null;
            complete = false;
            muted = false;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            if (this == head) {
                if (!muted && to > from) {
                    midAnswer = !last;
                    out.write(in, from, to - from);
                }
                if (last) {
                    pop();
                }
                return;
            }
            if (!muted) {
                keep(in, from, to - from);
            }
            complete = last;
        }

        @Override
        public void reply(byte[] answer) {
            if (this == head) {
                if (!muted) {
                    out.write(answer);
                }
                pop();
                return;
            }
            if (!muted) {
                ByteBuf bytes = loop.alloc().buffer(answer.length).writeBytes(answer);
                keep(bytes, 0, answer.length);
                bytes.release();
            }
            complete = true;
        }

        @Override
        public void broken(String reason) {
            out.broken(reason);
            reply(new byte[0]);
        }

        private void keep(ByteBuf in, int from, int length) {
            ByteBuf so = kept;
            if (so == null) {
                kept = loop.keep(in, from, length);
                return;
            }
            if (length <= Loop.COPY_LIMIT && !(so instanceof CompositeByteBuf) && so.isWritable(length)) {
                so.writeBytes(in, from, length);
                return;
            }
            CompositeByteBuf all;
            if (so instanceof CompositeByteBuf composite) {
                all = composite;
            } else {
                all = loop.alloc().compositeBuffer(Integer.MAX_VALUE);
                all.addComponent(true, so);
                kept = all;
            }
            all.addComponent(true, loop.keep(in, from, length));
        }

        /** Its turn has come: writes what is here; answers whether that was all. */
        private boolean writeKept() {
            ByteBuf so = kept;
            kept = null;
            if (so != null) {
                midAnswer = !complete;
                out.write(so, so.readerIndex(), so.readableBytes());
                ReferenceCountUtil.release(so);
            }
            return complete;
        }
    }
}
