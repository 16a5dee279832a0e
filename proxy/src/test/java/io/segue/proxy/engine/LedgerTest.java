package io.segue.proxy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.verdict.Side;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class LedgerTest {
    private final Ledger ledger = new Ledger(100);

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    private static Ledger.Key key(String name) {
        return new Ledger.Key(0, bytes(name));
    }

    private void mark(String name) {
        ledger.mark(key(name), Ledger.Cause.CONCURRENT, Side.OLD);
    }

    private boolean contains(String name) {
        return ledger.contains(0, bytes(name), name.length());
    }

    private boolean clear(String name) {
        LedgerEntry entry = ledger.get(key(name));
        return entry != null && ledger.clear(key(name), entry.generation);
    }

    @Test
    void aKeyThatWasWrittenMeanwhileIsKept() {
        mark("k");
        long before = generation("k");
        mark("k");
        assertThat(ledger.clear(key("k"), before)).isFalse();
        assertThat(contains("k")).isTrue();
        assertThat(ledger.clear(key("k"), generation("k"))).isTrue();
        assertThat(ledger.isEmpty()).isTrue();
        assertThat(ledger.clear(key("k"), before)).as("gone already").isFalse();
    }

    private long generation(String name) {
        LedgerEntry entry = ledger.get(key(name));
        assertThat(entry).isNotNull();
        return entry == null ? 0 : entry.generation;
    }

    @Test
    void theFirstCauseAndTimeStay() {
        mark("k");
        ledger.mark(key("k"), Ledger.Cause.OUTCOMES_DIFFER, Side.NEW);
        LedgerEntry entry = ledger.get(key("k"));
        assertThat(entry).isNotNull();
        assertThat(entry.cause).isEqualTo(Ledger.Cause.CONCURRENT);
        assertThat(entry.authority).isEqualTo(Side.NEW);
    }

    @Test
    void pastTheLimitEverythingIsDistrustedUntilASweepThatBeganLater() {
        for (int i = 0; i < 100; i++) {
            mark("k" + i);
        }
        long early = ledger.sweepTicket();
        mark("one too many");
        assertThat(contains("never seen")).isTrue();
        ledger.sweepFinished(early);
        assertThat(ledger.everything()).isTrue();
        ledger.sweepFinished(ledger.sweepTicket());
        assertThat(contains("never seen")).isFalse();
        assertThat(contains("k1")).isTrue();
    }

    /** Each thread has keys of its own and shares the ledger: what it has marked and not cleared it must find, whatever others do. */
    @Test
    void noThreadEverMissesItsOwnMark() throws Exception {
        long seed = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String mine = "thread" + t;
                Random random = new Random(seed + t);
                all.add(threads.submit(() -> markAndClear(mine, random)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("seed " + seed, e.getCause());
        } finally {
            threads.shutdownNow();
        }
        assertThat(ledger.isEmpty()).as("seed %d", seed).isTrue();
        assertThat(ledger.size()).isZero();
    }

    private void markAndClear(String mine, Random random) {
        for (int i = 0; i < 200_000; i++) {
            String name = mine + random.nextInt(3);
            mark(name);
            assertThat(!ledger.isEmpty() && contains(name)).isTrue();
            if (random.nextInt(20) == 0) {
                long ticket = ledger.sweepTicket();
                ledger.markEverything();
                ledger.sweepFinished(ticket);
                ledger.sweepFinished(ledger.sweepTicket());
                assertThat(contains(name)).isTrue();
            }
            assertThat(clear(name)).isTrue();
        }
        long last = ledger.sweepTicket();
        ledger.sweepFinished(last);
    }
}
