package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDualWriteJournalTest {
    @TempDir
    private Path directory;

    @Test
    void nothingWasRunning() throws Exception {
        assertThat(FileDualWriteJournal.open(directory).interrupted("a")).isFalse();
    }

    @Test
    void theNextProcessIsToldWhatWasRunning() throws Exception {
        FileDualWriteJournal.open(directory).running(Set.of("a", "b"));

        FileDualWriteJournal next = FileDualWriteJournal.open(directory);
        assertThat(next.interrupted("a")).isTrue();
        assertThat(next.interrupted("b")).isTrue();
        assertThat(next.interrupted("c")).isFalse();
    }

    @Test
    void whatWasRunningAtTheStartIsRememberedForTheWholeProcess() throws Exception {
        FileDualWriteJournal.open(directory).running(Set.of("a"));
        FileDualWriteJournal next = FileDualWriteJournal.open(directory);
        next.running(Set.of());
        assertThat(next.interrupted("a")).isTrue();
    }

    @Test
    void aCleanEndLeavesNothing() throws Exception {
        FileDualWriteJournal journal = FileDualWriteJournal.open(directory);
        journal.running(Set.of("a"));
        journal.running(Set.of());

        assertThat(FileDualWriteJournal.open(directory).interrupted("a")).isFalse();
        assertThat(directory).isEmptyDirectory();
    }
}
