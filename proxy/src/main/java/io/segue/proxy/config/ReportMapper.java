package io.segue.proxy.config;

import com.google.protobuf.ByteString;
import io.segue.proto.v1.DivergentKey;
import io.segue.proto.v1.MigrationReport;
import io.segue.proto.v1.ProxyReport;
import io.segue.proto.v1.SideReport;
import java.nio.ByteBuffer;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Turns the proxy's news into the report message. */
final class ReportMapper {
    private ReportMapper() {}

    static ProxyReport toProto(List<MigrationNews> migrations, HoldNews holds) {
        ProxyReport.Builder report = ProxyReport.newBuilder()
                .setHolds(holds.count())
                .setLongestHoldUs(holds.longestUs())
                .setParked(holds.parked());
        for (MigrationNews news : migrations) {
            report.addMigrations(migration(news));
        }
        return report.build();
    }

    private static MigrationReport migration(MigrationNews news) {
        MigrationReport.Builder message = MigrationReport.newBuilder()
                .setMigrationId(news.migrationId())
                .addSides(side(news.oldSide()))
                .addSides(side(news.newSide()))
                .setRescuedReads(news.rescuedReads())
                .setShadowCompared(news.shadowCompared())
                .setShadowMismatched(news.shadowMismatched())
                .setShadowShed(news.shadowShed())
                .setRepairedKeys(news.repairedKeys())
                .setDivergentKeys(
                        news.ledgers().stream().mapToLong(LedgerNews::keys).sum())
                .setOldestDivergenceMs(news.ledgers().stream()
                        .mapToLong(LedgerNews::oldestMs)
                        .filter(ms -> ms > 0)
                        .min()
                        .orElse(0));
        news.ledgers().stream()
                .flatMap(ledger -> ledger.sample().stream())
                .limit(LedgerNews.MAX_SAMPLE)
                .forEach(key -> message.addSample(DivergentKey.newBuilder()
                        .setKey(ByteString.copyFrom(key.key()))
                        .setDb(key.db())
                        .setCause(key.cause())
                        .setSinceMs(key.sinceMs())));
        return message.build();
    }

    private static SideReport side(SideNews news) {
        return SideReport.newBuilder()
                .setReads(news.reads())
                .setWrites(news.writes())
                .setErrors(news.errors())
                .setLatency(compressed(news.latency()))
                .build();
    }

    private static ByteString compressed(@Nullable Histogram histogram) {
        if (histogram == null) {
            return ByteString.EMPTY;
        }
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return ByteString.copyFrom(buffer.array(), 0, length);
    }
}
