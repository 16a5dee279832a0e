package io.segue.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.segue.proxy.protocol.Handshake;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.protocol.redis.RedisProtocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LaneTest {
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<String> told = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Loop loop = new Loop(0, channel.eventLoop(), PooledByteBufAllocator.DEFAULT);
    private final Lane lane = new Lane(
            loop,
            new Owner(),
            new NoLogin(),
            new RedisProtocol().replyParser(Limits.DEFAULT),
            false,
            TimeUnit.SECONDS.toMillis(60));

    LaneTest() {
        channel.pipeline().addLast(lane);
        channel.pipeline().fireChannelActive();
        told.clear();
        // Ticks are the test's.
        lane.tick(System.nanoTime());
    }

    private void send(String name) {
        lane.send(new Handler(name), Unpooled.copiedBuffer(name, StandardCharsets.US_ASCII));
    }

    private void receive(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    }

    @Test
    void repliesComeInTheOrderOfTheRequests() {
        send("a");
        send("b");
        receive("+1\r\n$3\r\nx");
        receive("yz\r\n");
        assertThat(told).containsExactly("a +1", "b ...", "b yz");
    }

    @Test
    void aRequestIsNotAsOldAsThePauseBeforeIt() {
        // The loop has not looked at the clock since the lane was made.
        long idleUntil = System.nanoTime() + 30 * MS;
        while (System.nanoTime() < idleUntil) {
            Thread.onSpinWait();
        }
        send("a");
        lane.tick(System.nanoTime() + 10 * MS);
        assertThat(told).isEmpty();
        lane.tick(System.nanoTime() + 25 * MS);
        assertThat(told).containsExactly("a overdue");
    }

    @Test
    void aReplyThatStandsStillIsOverdueAndOneThatGoesOnIsNot() {
        send("a");
        send("b");
        receive("$100\r\nbegun");
        lane.tick(System.nanoTime() + 10 * MS);
        assertThat(told).containsExactly("a ...");
        lane.tick(System.nanoTime() + 60 * MS);
        assertThat(told).containsExactly("a ...", "a overdue", "b overdue");
    }

    @Test
    void whoeverWaitsToSendIsWokenWhenTheServerIsAvoided() {
        lane.whenWritable(() -> told.add("woken"));
        lane.suspect(System.nanoTime());
        lane.suspect(System.nanoTime());
        assertThat(told).containsExactly("woken");
        assertThat(lane.suspect()).isTrue();
        send("a");
        receive("+1\r\n");
        assertThat(lane.suspect()).isFalse();
    }

    @Test
    void itMayBeClosedByWhoeverIsToldThatItIsOverdue() {
        lane.send(new Handler("a", true), Unpooled.copiedBuffer("a", StandardCharsets.US_ASCII));
        send("b");
        lane.tick(System.nanoTime() + 60 * MS);
        assertThat(told).containsExactly("a overdue", "a lost", "b lost", "closed");
        send("c");
        assertThat(told).endsWith("c lost");
    }

    @Test
    void itIsClosedWhenIdle() {
        send("a");
        lane.closeWhenIdle();
        assertThat(lane.open()).isTrue();
        receive("+1\r\n");
        Lane idle = lane;
        idle.closeWhenIdle();
        assertThat(idle.open()).isFalse();
        assertThat(told).containsExactly("a +1", "closed");
    }

    @Test
    void aReplyThatNobodyAskedForEndsIt() {
        send("a");
        receive("+1\r\n+2\r\n");
        assertThat(told).containsExactly("a +1", "closed");
    }

    /** Says what it hears. */
    private final class Handler implements ReplyHandler {
        private final String name;
        private final boolean impatient;

        Handler(String name) {
            this(name, false);
        }

        Handler(String name, boolean impatient) {
            this.name = name;
            this.impatient = impatient;
        }

        @Override
        public void onReply(Lane from, ByteBuf in, int start, int end, boolean last, ReplyParser.Kind kind) {
            String text =
                    in.toString(start, end - start, StandardCharsets.US_ASCII).strip();
            told.add(name + " " + (last ? text : "..."));
        }

        @Override
        public void onLost(Lane from, String reason, boolean maybeSent) {
            told.add(name + " lost");
        }

        @Override
        public void onOverdue(Lane from, long ageNs) {
            told.add(name + " overdue");
            if (impatient) {
                from.fail("test");
            }
        }
    }

    private final class Owner implements Lane.Owner {
        @Override
        public void onReady(Lane ready, ServerFacts facts) {
            told.add("ready");
        }

        @Override
        public void onClosed(Lane closed, String reason) {
            told.add("closed");
        }

        @Override
        public void onPush(Lane from, ByteBuf in, int start, int end, boolean last) {
            told.add("push");
        }
    }

    private static final class NoLogin implements Handshake {
        @Override
        public ByteBuf requests(ByteBufAllocator alloc) {
            return Unpooled.EMPTY_BUFFER;
        }

        @Override
        public int replyCount() {
            return 0;
        }

        @Override
        public void reply(int index, ByteBuf reply, long nowMs) {
            throw new IllegalStateException("nothing was asked");
        }

        @Override
        public ServerFacts facts() {
            return new ServerFacts("7", "run", 1, 0);
        }
    }
}
