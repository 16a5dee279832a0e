package io.segue.controlplane.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
    private static final ByteString ONE = ByteString.copyFromUtf8("one");
    private static final ByteString TWO = ByteString.copyFromUtf8("two");

    @TempDir
    private Path dir;

    private Store store;

    @BeforeEach
    void open() {
        store = SqliteStore.open(dir);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsRecordsAndVersionOverAReopening() {
        store.commit(
                List.of(Change.create(Kind.ENDPOINT, "b", ONE), Change.create(Kind.ENDPOINT, "a", TWO)),
                VersionStep.RAISE);
        store.close();
        store = SqliteStore.open(dir);

        assertThat(store.configVersion()).isEqualTo(1);
        assertThat(store.list(Kind.ENDPOINT)).extracting(StoredRecord::key).containsExactly("a", "b");
        assertThat(store.get(Kind.ENDPOINT, "b").orElseThrow().body()).isEqualTo(ONE);
        assertThat(store.get(Kind.INTERLAY, "b")).isEmpty();
    }

    @Test
    void revisionsGrowAlsoOverDeletion() {
        store.commit(List.of(Change.create(Kind.TOKEN, "t", ONE)), VersionStep.KEEP);
        store.commit(List.of(Change.put(Kind.TOKEN, "t", TWO)), VersionStep.KEEP);
        store.commit(List.of(Change.delete(Kind.TOKEN, "t")), VersionStep.KEEP);
        assertThat(store.get(Kind.TOKEN, "t")).isEmpty();
        assertThat(store.list(Kind.TOKEN)).isEmpty();

        store.commit(List.of(Change.create(Kind.TOKEN, "t", ONE)), VersionStep.KEEP);
        assertThat(store.get(Kind.TOKEN, "t").orElseThrow().revision()).isEqualTo(4);
    }

    @Test
    void aBatchIsAllOrNothing() {
        store.commit(List.of(Change.create(Kind.TOKEN, "t", ONE)), VersionStep.KEEP);
        List<Change> batch = List.of(
                Change.put(Kind.TOKEN, "t", TWO),
                Change.create(Kind.TOKEN, "u", ONE),
                new Change.Put(Kind.TOKEN, "t", 9, ONE));

        assertThatThrownBy(() -> store.commit(batch, VersionStep.RAISE))
                .isInstanceOf(RevisionConflictException.class)
                .hasMessageContaining("expected: 9");

        assertThat(store.get(Kind.TOKEN, "t").orElseThrow().body()).isEqualTo(ONE);
        assertThat(store.get(Kind.TOKEN, "u")).isEmpty();
        assertThat(store.configVersion()).isZero();
    }

    @Test
    void creatingTwiceIsAConflict() {
        store.commit(List.of(Change.create(Kind.TOKEN, "t", ONE)), VersionStep.KEEP);
        assertThatThrownBy(() -> store.commit(List.of(Change.create(Kind.TOKEN, "t", ONE)), VersionStep.KEEP))
                .isInstanceOf(RevisionConflictException.class);
    }

    @Test
    void undoPutsEverythingBack() {
        store.commit(
                List.of(Change.create(Kind.TOKEN, "changed", ONE), Change.create(Kind.TOKEN, "deleted", ONE)),
                VersionStep.KEEP);
        Commit commit = store.commit(
                List.of(
                        Change.put(Kind.TOKEN, "changed", TWO),
                        Change.delete(Kind.TOKEN, "deleted"),
                        Change.create(Kind.TOKEN, "made", TWO)),
                VersionStep.RAISE);
        store.commit(commit.undo(), VersionStep.RAISE);

        assertThat(store.list(Kind.TOKEN)).extracting(StoredRecord::key).containsExactly("changed", "deleted");
        assertThat(store.list(Kind.TOKEN)).extracting(StoredRecord::body).containsExactly(ONE, ONE);
        assertThat(store.configVersion()).isEqualTo(2);
    }

    @Test
    void anEmptyBodyIsNotAMissingOne() {
        store.commit(List.of(Change.create(Kind.PROXY_REPORT, "p", ByteString.EMPTY)), VersionStep.KEEP);
        assertThat(store.get(Kind.PROXY_REPORT, "p").orElseThrow().body()).isEqualTo(ByteString.EMPTY);
        assertThat(store.list(Kind.PROXY_REPORT)).hasSize(1);
    }

    @Test
    void listsByPrefixLiterally() {
        for (String key : List.of("u/1", "u/2", "u%/1", "U/1", "v/1")) {
            store.commit(List.of(Change.create(Kind.MIGRATION_EVENT, key, ONE)), VersionStep.KEEP);
        }
        assertThat(store.list(Kind.MIGRATION_EVENT, "u/"))
                .extracting(StoredRecord::key)
                .containsExactly("u/1", "u/2");
    }

    @Test
    void theVersionCanBeRaisedAboveAFloorButNeverFalls() {
        assertThat(store.raiseVersionAbove(10)).isEqualTo(11);
        assertThat(store.raiseVersionAbove(5)).isEqualTo(11);
        assertThat(store.snapshot(Kind.TOKEN).configVersion()).isEqualTo(11);
    }

    @Test
    void aDirectoryHasOneStore() {
        assertThatThrownBy(() -> SqliteStore.open(dir))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("in use by another control plane");
    }
}
