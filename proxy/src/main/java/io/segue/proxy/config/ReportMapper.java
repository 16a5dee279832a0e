package io.segue.proxy.config;

import com.google.protobuf.ByteString;
import io.segue.core.guardrail.Traffic;
import io.segue.proto.v1.ApartExample;
import io.segue.proto.v1.CommandUse;
import io.segue.proto.v1.DivergentKey;
import io.segue.proto.v1.GuardrailBreach;
import io.segue.proto.v1.InterlayCensus;
import io.segue.proto.v1.InterlayTraffic;
import io.segue.proto.v1.MigrationReport;
import io.segue.proto.v1.ProxyReport;
import io.segue.proto.v1.SideReport;
import io.segue.proto.v1.SideTraffic;
import java.nio.ByteBuffer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Turns the proxy's news into the report message. */
final class ReportMapper {
    private ReportMapper() {}

    static ProxyReport toProto(ProxyNews news, HoldNews holds) {
        ProxyReport.Builder report = ProxyReport.newBuilder()
                .setHolds(holds.count())
                .setLongestHoldUs(holds.longestUs())
                .setParked(holds.parked());
        news.migrations().forEach(one -> report.addMigrations(migration(one)));
        news.traffic().forEach(one -> report.addTraffic(traffic(one)));
        news.breaches().forEach(one -> report.addBreaches(breach(one)));
        news.census().forEach(one -> report.addCensus(census(one)));
        return report.build();
    }

    private static InterlayTraffic traffic(TrafficNews news) {
        return InterlayTraffic.newBuilder()
                .setInterlayId(news.interlayId())
                .setMigrationId(news.migrationId())
                .addSides(side(news.traffic().oldSide()))
                .addSides(side(news.traffic().newSide()))
                .setCompared(news.traffic().compared())
                .setMismatched(news.traffic().mismatched())
                .build();
    }

    private static SideTraffic side(Traffic.Side news) {
        return SideTraffic.newBuilder()
                .setRequests(news.requests())
                .setErrors(news.errors())
                .setAvoided(news.avoided())
                .setLatency(compressed(news.latency()))
                .build();
    }

    private static GuardrailBreach breach(BreachNews news) {
        return GuardrailBreach.newBuilder()
                .setInterlayId(news.interlayId())
                .setMigrationId(news.migrationId())
                .setReason(news.reason())
                .setSinceMs(news.sinceMs())
                .setReadsAtAuthority(news.readsAtAuthority())
                .build();
    }

    private static InterlayCensus census(CensusNews news) {
        InterlayCensus.Builder message =
                InterlayCensus.newBuilder().setInterlayId(news.interlayId()).setOtherDatabases(news.otherDatabases());
        news.commands().stream()
                .limit(CensusNews.MOST_COMMANDS)
                .forEach(use -> message.addCommands(CommandUse.newBuilder()
                        .setCommand(use.command())
                        .setCalls(use.calls())
                        .setApart(use.apart())
                        .setDivisible(use.divisible())));
        CensusNews.Example example = news.example();
        if (example != null) {
            message.setExample(
                    ApartExample.newBuilder().setCommand(example.command()).addAllPrefixes(example.prefixes()));
        }
        return message.build();
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
