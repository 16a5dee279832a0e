package io.segue.controlplane.store;

import java.util.List;
import java.util.Map;

/**
 * Several kinds as they stood at one moment.
 *
 * @param configVersion the configuration version at that moment
 * @param records by kind, each list ordered by key
 */
public record Snapshot(long configVersion, Map<Kind, List<StoredRecord>> records) {
    /** The records of one kind. */
    public List<StoredRecord> of(Kind kind) {
        return records.getOrDefault(kind, List.of());
    }
}
