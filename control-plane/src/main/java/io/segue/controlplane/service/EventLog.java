package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationStatus;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What happened to migrations. Events are written in the same transaction as what they tell of. */
final class EventLog {
    private final Store store;
    private final Clock clock;

    EventLog(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The change that records an event. Writers take turns, so the number after the last one is free. */
    Change record(Migration before, MigrationStatus to, Identity actor, String event, String reason) {
        MigrationEvent entry = MigrationEvent.newBuilder()
                .setAt(Times.of(clock.instant()))
                .setActor(actor.token())
                .setEvent(event)
                .setFrom(before.getStatus())
                .setTo(to)
                .setReason(reason)
                .build();
        return Change.put(Kind.MIGRATION_EVENT, nextKey(before), entry.toByteString());
    }

    /** The change that records something that happened by itself, and moved the migration nowhere. */
    Change note(Migration migration, String event, String reason) {
        return record(migration, migration.getStatus(), Identity.SYSTEM, event, reason);
    }

    /** The changes that record that a change of these interlays was prepared and does not happen. */
    List<Change> aborted(List<Held<Migration>> migrations, Set<String> interlays, String reason) {
        return migrations.stream()
                .map(Held::value)
                .filter(Migrations::isActive)
                .filter(migration -> migration.getInterlaysList().stream()
                        .anyMatch(moved -> interlays.contains(moved.getInterlay())))
                .map(migration -> note(migration, "plan change aborted", reason))
                .toList();
    }

    private String nextKey(Migration migration) {
        String prefix = prefix(migration);
        List<StoredRecord> known = store.list(Kind.MIGRATION_EVENT, prefix);
        int last = known.isEmpty() ? 0 : number(known.get(known.size() - 1), prefix);
        return prefix + String.format(Locale.ROOT, "%09d", last + 1);
    }

    private static int number(StoredRecord record, String prefix) {
        return Integer.parseInt(record.key().substring(prefix.length()));
    }

    /** All events of a migration, oldest first. */
    List<MigrationEvent> of(Migration migration) {
        String prefix = prefix(migration);
        return store.list(Kind.MIGRATION_EVENT, prefix).stream()
                .map(record -> Records.parse(record, MigrationEvent.parser()).toBuilder()
                        .setNumber(number(record, prefix))
                        .build())
                .toList();
    }

    /** The changes that remove them all. */
    List<Change> forget(Migration migration) {
        return store.list(Kind.MIGRATION_EVENT, prefix(migration)).stream()
                .<Change>map(record -> Change.delete(record.kind(), record.key()))
                .toList();
    }

    private static String prefix(Migration migration) {
        return migration.getUuid() + "/";
    }
}
