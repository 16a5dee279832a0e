package io.segue.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class InterlayStatsTest {
    private final InterlayStats stats = new InterlayStats("cache", 2);

    @Test
    void sumsTheLoops() {
        stats.loop(0).count(Counter.RESCUED_READS);
        stats.loop(1).add(Counter.RESCUED_READS, 41);
        stats.loop(1).count(Counter.requests(Side.NEW, Access.READ));
        assertThat(stats.value(Counter.RESCUED_READS)).isEqualTo(42);
        assertThat(stats.value(Counter.REQUESTS_NEW_READ)).isEqualTo(1);
        assertThat(stats.loop(0).value(Counter.RESCUED_READS)).isEqualTo(1);
        assertThat(stats.value(Counter.REQUESTS_OLD_READ)).isZero();
    }

    @Test
    void anotherThreadSeesEveryCount() throws InterruptedException {
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 100_000; i++) {
                stats.loop(0).count(Counter.PROTOCOL_ERRORS);
                stats.loop(0).latency(Side.OLD, Access.READ, 1_000_000);
            }
        });
        writer.start();
        long scraped = 0;
        long reported = 0;
        while (writer.isAlive()) {
            Histogram report = stats.takeSideLatency(Side.OLD);
            reported += report == null ? 0 : report.getTotalCount();
            Histogram scrape = stats.latency(Side.OLD, Access.READ);
            long count = scrape == null ? 0 : scrape.getTotalCount();
            assertThat(count).isGreaterThanOrEqualTo(scraped);
            scraped = count;
        }
        writer.join();
        Histogram last = stats.takeSideLatency(Side.OLD);
        reported += last == null ? 0 : last.getTotalCount();
        assertThat(reported).isEqualTo(100_000);
        assertThat(stats.latency(Side.OLD, Access.READ)).isNotNull();
        assertThat(stats.latency(Side.OLD, Access.READ).getTotalCount()).isEqualTo(100_000);
        assertThat(stats.value(Counter.PROTOCOL_ERRORS)).isEqualTo(100_000);
    }

    @Test
    void reportsAndScrapesDoNotTakeFromEachOther() {
        stats.loop(0).latency(Side.NEW, Access.READ, TimeUnit.MICROSECONDS.toNanos(300));
        assertThat(stats.latency(Side.NEW, Access.READ).getTotalCount()).isEqualTo(1);
        stats.loop(1).latency(Side.NEW, Access.WRITE, TimeUnit.MILLISECONDS.toNanos(2));
        Histogram report = stats.takeSideLatency(Side.NEW);
        assertThat(report.getTotalCount()).isEqualTo(2);
        assertThat(report.getMaxValue()).isBetween(1_990L, 2_010L);
        assertThat(stats.takeSideLatency(Side.NEW)).isNull();
        assertThat(stats.latency(Side.NEW, Access.READ).getTotalCount()).isEqualTo(1);
        assertThat(stats.latency(Side.NEW, Access.WRITE).getTotalCount()).isEqualTo(1);
        assertThat(stats.latency(Side.OLD, Access.READ)).isNull();
    }

    @Test
    void latencyIsClampedAndOnlyReadsAndWritesAreMeasured() {
        LoopStats loop = stats.loop(0);
        loop.latency(Side.OLD, Access.READ, -5);
        loop.latency(Side.OLD, Access.READ, TimeUnit.HOURS.toNanos(1));
        loop.latency(Side.OLD, Access.PINNED, TimeUnit.SECONDS.toNanos(30));
        loop.latency(Side.OLD, Access.SESSION, 1);
        Histogram histogram = stats.latency(Side.OLD, Access.READ);
        assertThat(histogram.getTotalCount()).isEqualTo(2);
        assertThat(histogram.getMinValue()).isZero();
        assertThat(histogram.getMaxValue()).isBetween(59_900_000L, 60_100_000L);
        assertThat(stats.latency(Side.OLD, Access.WRITE)).isNull();
    }

    @Test
    void aGaugeShowsWhatItsLastSupplierSays() {
        assertThat(stats.value(Gauge.LEDGER_KEYS)).isZero();
        stats.gauge(Gauge.LEDGER_KEYS, () -> 5);
        stats.gauge(Gauge.LEDGER_KEYS, () -> 7);
        assertThat(stats.value(Gauge.LEDGER_KEYS)).isEqualTo(7);
    }

    @Test
    void everyCounterOfAFamilyIsFoundByWhatItCounts() {
        for (Side side : Side.values()) {
            for (Access access : Access.values()) {
                assertThat(Counter.requests(side, access).name()).isEqualTo("REQUESTS_" + side + "_" + access);
            }
            for (ErrorClass errorClass : ErrorClass.values()) {
                assertThat(Counter.errors(side, errorClass).name()).isEqualTo("ERRORS_" + side + "_" + errorClass);
                assertThat(Counter.errors(side, errorClass).labelValues()).endsWith(errorClass.label());
            }
        }
    }
}
