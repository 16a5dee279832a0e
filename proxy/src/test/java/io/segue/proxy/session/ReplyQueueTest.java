package io.segue.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.segue.proxy.upstream.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReplyQueueTest {
    private final StringBuilder written = new StringBuilder();
    private final List<String> broken = new ArrayList<>();
    private final List<ByteBuf> given = new ArrayList<>();
    private int drained;

    private final Loop loop = new Loop(0, new EmbeddedChannel().eventLoop(), PooledByteBufAllocator.DEFAULT);
    private final ReplyQueue queue = new ReplyQueue(loop, new ReplyQueue.Out() {
        @Override
        public void write(ByteBuf in, int from, int length) {
            written.append(in.toString(from, length, StandardCharsets.US_ASCII));
        }

        @Override
        public void write(byte[] bytes) {
            written.append(new String(bytes, StandardCharsets.US_ASCII));
        }

        @Override
        public void drained() {
            drained++;
        }

        @Override
        public void broken(String reason) {
            broken.add(reason);
        }
    });

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void give(ReplyQueue.Slot slot, String text, boolean last) {
        ByteBuf bytes = Unpooled.wrappedBuffer(ascii("##" + text));
        given.add(bytes);
        slot.reply(bytes, 2, 2 + text.length(), last);
        bytes.release();
    }

    @AfterEach
    void nothingIsKept() {
        assertThat(given).allMatch(bytes -> bytes.refCnt() == 0);
    }

    @Test
    void answersLeaveInTheOrderOfTheRequests() {
        ReplyQueue.Slot first = queue.open(false);
        ReplyQueue.Slot second = queue.open(false);
        ReplyQueue.Slot third = queue.open(false);
        give(third, "3", true);
        give(second, "2a", false);
        assertThat(written).isEmpty();
        give(first, "1", true);
        assertThat(written).hasToString("12a");
        assertThat(drained).isZero();
        give(second, "2b", true);
        assertThat(written).hasToString("12a2b3");
        assertThat(drained).isEqualTo(1);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void aMessageNeverGoesIntoAnAnswer() {
        ReplyQueue.Slot slot = queue.open(false);
        queue.message(ascii("<before>"));
        give(slot, "1a", false);
        queue.message(ascii("<after>"));
        give(slot, "1b", true);
        assertThat(written).hasToString("<before>1a1b<after>");
    }

    @Test
    void aMutedAnswerTakesItsPlaceAndIsNotWritten() {
        ReplyQueue.Slot first = queue.open(true);
        ReplyQueue.Slot second = queue.open(true);
        ReplyQueue.Slot third = queue.open(false);
        third.reply(ascii("3"));
        second.reply(ascii("2"));
        give(first, "1", true);
        assertThat(written).hasToString("3");
    }

    @Test
    void aBrokenAnswerIsToldAndEndsItsPlace() {
        ReplyQueue.Slot first = queue.open(false);
        ReplyQueue.Slot second = queue.open(false);
        give(first, "1", false);
        first.broken("lost");
        second.reply(ascii("2"));
        assertThat(broken).containsExactly("lost");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void inWhateverOrderPiecesComeTheAnswersAreWholeAndInOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            written.setLength(0);
            StringBuilder expected = new StringBuilder();
            List<Runnable> pieces = new ArrayList<>();
            List<Integer> turns = new ArrayList<>();
            List<List<Runnable>> bySlot = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ReplyQueue.Slot slot = queue.open(false);
                List<Runnable> mine = new ArrayList<>();
                int count = 1 + random.nextInt(3);
                for (int p = 0; p < count; p++) {
                    String text = (i + "." + p + ";").repeat(1 + random.nextInt(600));
                    expected.append(text);
                    boolean last = p == count - 1;
                    mine.add(() -> give(slot, text, last));
                    turns.add(i);
                }
                bySlot.add(mine);
            }
            Collections.shuffle(turns, random);
            turns.forEach(i -> pieces.add(bySlot.get(i).remove(0)));
            pieces.forEach(Runnable::run);
            assertThat(written.toString()).as("seed %d", seed).isEqualTo(expected.toString());
        }
    }
}
