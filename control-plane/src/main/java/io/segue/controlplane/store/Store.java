package io.segue.controlplane.store;

import java.util.List;
import java.util.Optional;

/**
 * Records with revisions, atomic batches and one growing configuration version. What {@link #commit} returned from survives a crash
 * of the process and of the machine. Thread-safe. Every method throws {@link StoreException} when the disk does not do its part.
 */
public interface Store extends AutoCloseable {

    /** One record. */
    Optional<StoredRecord> get(Kind kind, String key);

    /** All records of a kind whose key starts with {@code prefix}, ordered by key. */
    List<StoredRecord> list(Kind kind, String prefix);

    /** All records of a kind, ordered by key. */
    default List<StoredRecord> list(Kind kind) {
        return list(kind, "");
    }

    /**
     * The last records of a kind, the last one first.
     *
     * @param before only keys below it; empty for all
     * @param limit how many at most
     */
    List<StoredRecord> last(Kind kind, String before, int limit);

    /** Several kinds and the configuration version, as of one moment. */
    Snapshot snapshot(Kind... kinds);

    /** The version of the configuration that the proxies should run; 0 before the first. */
    long configVersion();

    /**
     * Applies all changes or none.
     *
     * @param step what happens to the configuration version in the same transaction
     * @throws RevisionConflictException a record is not at the revision that a change expects; nothing was changed
     */
    Commit commit(List<Change> changes, VersionStep step);

    /** Raises the configuration version above {@code floor}, if it is not. Returns the version afterwards. */
    long raiseVersionAbove(long floor);

    @Override
    void close();
}
