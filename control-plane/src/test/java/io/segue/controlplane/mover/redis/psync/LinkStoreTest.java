package io.segue.controlplane.mover.redis.psync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkStoreTest {
    private static final String OLD = "a".repeat(40);
    private static final String NEW = "b".repeat(40);

    @TempDir
    Path folder;

    @TempDir
    Path aside;

    private final byte[] first = Commands.command("SET one 1");
    private final byte[] second = Commands.command("SET two 2");
    private final long boundary = 1000L + first.length;
    private final long end = boundary + second.length;

    /** A source whose snapshot was applied, and two commands after it. */
    @BeforeEach
    void follow() throws IOException {
        try (LinkStore store = open()) {
            store.fullResync(OLD, 1000).close();
            store.snapshotReceived(0);
            store.applied(store.run());
            store.spool().append(first, 0, first.length, first.length, 0);
            store.spool().append(second, 0, second.length, second.length, 0);
        }
    }

    private LinkStore open() throws IOException {
        return new LinkStore(folder, LinkSettings.DEFAULT);
    }

    private static void cut(LinkStore store, long at, boolean known) throws IOException {
        store.cut(NEW, new StreamSpool.Start(at, 0), known);
    }

    @Test
    void cut_isThereAfterARestart_untilACheckpoint() throws IOException {
        try (LinkStore store = open()) {
            Position before = new Position(store.run(), end, 0);
            cut(store, boundary, true);
            // Of the history that is no more.
            store.checkpoint(before);
        }
        try (LinkStore store = open()) {
            assertThat(store.checkpoint()).isEqualTo(new Checkpoint(NEW, 1000, 0, true));
            assertThat(store.spool().end()).isEqualTo(boundary);
            Told told = new Told();
            store.ghosts().get(0).tell(Commands.table(), told);
            assertThat(told.events).containsExactly("0 two");

            store.checkpoint(new Position(store.run(), boundary, 0));
            assertThat(store.ghosts()).isEmpty();
        }
        try (LinkStore store = open()) {
            assertThat(store.ghosts()).isEmpty();
            assertThat(store.checkpoint()).isEqualTo(new Checkpoint(NEW, boundary, 0, true));
        }
    }

    @Test
    void cut_aCrashBeforeTheNewNameLeavesTheOldOne_andTheLoss() throws IOException {
        try (LinkStore store = open()) {
            store.checkpoint(new Position(store.run(), end, 0));
            Files.copy(file(), aside.resolve("checkpoint"));
            cut(store, boundary, true);
        }
        Files.copy(aside.resolve("checkpoint"), file(), StandardCopyOption.REPLACE_EXISTING);
        try (LinkStore store = open()) {
            assertThat(store.checkpoint()).isEqualTo(new Checkpoint(OLD, end, 0, true));
            // Ahead of where the histories part, so that the loss is seen again.
            assertThat(store.spool().start()).isEqualTo(end);
            assertThat(store.spool().end()).isEqualTo(end);
            assertThat(store.ghosts()).hasSize(1);
        }
    }

    private Path file() {
        return folder.resolve("psync.checkpoint");
    }

    @Test
    void cut_whatTheSpoolDoesNotHaveConcernsEverything() throws IOException {
        try (LinkStore store = open()) {
            cut(store, 500, false);
        }
        try (LinkStore store = open()) {
            assertThat(store.checkpoint()).isEqualTo(new Checkpoint(NEW, 500, 0, true));
            assertThat(store.spool().end()).isEqualTo(500);
            Told told = new Told();
            store.ghosts().get(0).tell(Commands.table(), told);
            assertThat(told.events).singleElement().asString().startsWith("everything: ");
        }
    }

    @Test
    void fullResync_withoutASnapshotThatWasApplied_thereIsNothingToGoOnFrom() throws IOException {
        try (LinkStore store = open()) {
            cut(store, boundary, true);
            long before = store.run();
            store.fullResync(NEW, 5000);
            store.checkpoint(new Position(before, 6000, 0));
            store.applied(before);
            store.snapshotReceived(7);
            assertThat(store.checkpoint()).isEqualTo(new Checkpoint(NEW, 5000, 7, false));
            assertThat(folder.toFile().list()).anyMatch(name -> name.endsWith(".rdb"));
        }
        try (LinkStore store = open()) {
            assertThat(store.checkpoint()).isNull();
            assertThat(store.ghosts()).isEmpty();
            assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".rdb"));
        }
        LinkStore.forget(folder);
        assertThat(folder.toFile().list()).isEmpty();
    }
}
