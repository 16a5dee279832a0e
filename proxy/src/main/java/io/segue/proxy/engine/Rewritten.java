package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.upstream.Loop;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Takes the requests that stand for a write on the follower. Confined to one event loop. */
final class Rewritten implements Effects.Out {
    private final Loop loop;
    private final ArrayDeque<ByteBuf> requests = new ArrayDeque<>();

    Rewritten(Loop loop) {
        this.loop = loop;
    }

    @Override
    public ByteBufAllocator alloc() {
        return loop.alloc();
    }

    @Override
    public void request(ByteBuf one) {
        requests.add(one);
    }

    int size() {
        return requests.size();
    }

    /** The next one, which is the caller's from now on; null: that was all. */
    @Nullable
    ByteBuf poll() {
        return requests.poll();
    }

    void drop() {
        for (ByteBuf one = requests.poll(); one != null; one = requests.poll()) {
            one.release();
        }
    }
}
