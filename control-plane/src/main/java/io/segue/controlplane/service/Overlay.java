package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Snapshot;
import io.segue.controlplane.store.StoredRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A snapshot as it would be after changes that are not made yet. */
final class Overlay {
    private Overlay() {}

    static Snapshot of(Snapshot snapshot, List<Change> changes) {
        Map<Kind, TreeMap<String, StoredRecord>> records = new EnumMap<>(Kind.class);
        snapshot.records().forEach((kind, list) -> {
            TreeMap<String, StoredRecord> byKey = new TreeMap<>();
            list.forEach(record -> byKey.put(record.key(), record));
            records.put(kind, byKey);
        });
        for (Change change : changes) {
            TreeMap<String, StoredRecord> byKey = records.get(change.kind());
            if (byKey == null) {
                continue;
            }
            if (change instanceof Change.Put put) {
                byKey.put(put.key(), new StoredRecord(put.kind(), put.key(), 0, put.body()));
            } else {
                byKey.remove(change.key());
            }
        }
        Map<Kind, List<StoredRecord>> after = new EnumMap<>(Kind.class);
        records.forEach((kind, byKey) -> after.put(kind, new ArrayList<>(byKey.values())));
        return new Snapshot(snapshot.configVersion(), after);
    }
}
