package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.store.VersionStep;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Census;
import io.segue.proto.v1.CensusHour;
import io.segue.proto.v1.CensusRecord;
import io.segue.proto.v1.CommandUse;
import io.segue.proto.v1.InterlayCensus;
import io.segue.proto.v1.ProxyReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the clients of each interlay use, over all proxies and the last 24 hours: evidence of what NEW must be able to do. Proxies tell what was
 * used since their last report, so it survives their restarts; it is written down every few seconds, so it survives ours. Thread-safe.
 */
public final class CensusService {
    private static final Logger LOG = LoggerFactory.getLogger(CensusService.class);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int HOURS = 24;
    private static final Duration SAVE_EVERY = Duration.ofSeconds(5);
    /** Beyond what any command table has. */
    private static final int MOST_COMMANDS = 1_024;

    private final Store store;
    private final Records records;
    private final Clock clock;
    private final Map<String, CensusRecord.Builder> known = new HashMap<>();
    private final Set<String> unsaved = new HashSet<>();
    private Instant savedAt = Instant.EPOCH;

    CensusService(Store store, Records records, Clock clock) {
        this.store = store;
        this.records = records;
        this.clock = clock;
        for (StoredRecord record : store.list(Kind.CENSUS)) {
            known.put(record.key(), Records.parse(record, CensusRecord.parser()).toBuilder());
        }
    }

    /** A proxy has reported. */
    synchronized void reported(ProxyReport report) {
        Instant now = clock.instant();
        for (InterlayCensus used : report.getCensusList()) {
            add(known.computeIfAbsent(used.getInterlayId(), id -> CensusRecord.newBuilder()), used, now);
            unsaved.add(used.getInterlayId());
        }
        if (!unsaved.isEmpty() && Duration.between(savedAt, now).compareTo(SAVE_EVERY) >= 0) {
            save();
            savedAt = now;
        }
    }

    private static void add(CensusRecord.Builder record, InterlayCensus used, Instant now) {
        int last = record.getHoursCount() - 1;
        boolean fresh = last < 0
                || !Times.toInstant(record.getHours(last).getSince()).plus(HOUR).isAfter(now);
        CensusHour.Builder hour =
                fresh ? record.addHoursBuilder().setSince(Times.of(now)) : record.getHoursBuilder(last);
        hour.setUntil(Times.of(now)).setUsed(sum(hour.getUsed(), used));
        forget(record, now);
    }

    private static void forget(CensusRecord.Builder record, Instant now) {
        while (record.getHoursCount() > 0
                && Times.toInstant(record.getHours(0).getUntil()).isBefore(now.minus(HOUR.multipliedBy(HOURS)))) {
            record.removeHours(0);
        }
    }

    private static InterlayCensus sum(InterlayCensus a, InterlayCensus b) {
        Map<String, CommandUse> uses = new HashMap<>();
        a.getCommandsList().forEach(use -> uses.put(use.getCommand(), use));
        for (CommandUse use : b.getCommandsList()) {
            if (uses.size() < MOST_COMMANDS || uses.containsKey(use.getCommand())) {
                uses.merge(use.getCommand(), use, CensusService::sum);
            }
        }
        InterlayCensus.Builder sum = InterlayCensus.newBuilder()
                .addAllCommands(uses.values())
                .setOtherDatabases(a.getOtherDatabases() + b.getOtherDatabases());
        if (b.hasExample() || a.hasExample()) {
            sum.setExample(b.hasExample() ? b.getExample() : a.getExample());
        }
        return sum.build();
    }

    private static CommandUse sum(CommandUse a, CommandUse b) {
        return b.toBuilder()
                .setCalls(a.getCalls() + b.getCalls())
                .setApart(a.getApart() + b.getApart())
                .build();
    }

    private void save() {
        List<Change> changes = new ArrayList<>();
        for (String interlay : unsaved) {
            CensusRecord.Builder record = known.get(interlay);
            if (!records.has(Kind.INTERLAY, interlay) || record == null) {
                known.remove(interlay);
                changes.add(Change.delete(Kind.CENSUS, interlay));
            } else {
                changes.add(Change.put(Kind.CENSUS, interlay, record.build().toByteString()));
            }
        }
        try {
            store.commit(changes, VersionStep.KEEP);
            unsaved.clear();
        } catch (RuntimeException e) {
            // It is written down with the next one.
            LOG.warn("the census cannot be written down right now: {}", e.toString());
        }
    }

    /** Writes down what is not written down yet. */
    synchronized void close() {
        if (!unsaved.isEmpty()) {
            save();
        }
    }

    /** What was used of an interlay, most used first. */
    public synchronized Census of(String interlay) {
        String id = records.interlay(interlay).value().getId();
        Census.Builder census = Census.newBuilder().setInterlay(id);
        CensusRecord.Builder record = known.get(id);
        if (record == null) {
            return census.build();
        }
        forget(record, clock.instant());
        InterlayCensus all = InterlayCensus.getDefaultInstance();
        for (CensusHour hour : record.getHoursList()) {
            if (!census.hasSince()) {
                census.setSince(hour.getSince());
            }
            census.setUntil(hour.getUntil());
            all = sum(all, hour.getUsed());
        }
        all.getCommandsList().stream()
                .sorted(Comparator.comparingLong(CommandUse::getCalls)
                        .reversed()
                        .thenComparing(CommandUse::getCommand))
                .forEach(census::addCommands);
        census.setOtherDatabases(all.getOtherDatabases());
        if (all.hasExample()) {
            census.setExample(all.getExample());
        }
        return census.build();
    }
}
