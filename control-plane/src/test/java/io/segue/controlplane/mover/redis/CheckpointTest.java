package io.segue.controlplane.mover.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.controlplane.mover.DataMover.Ceilings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path folder;

    private final ErrorKeys errors = new ErrorKeys();
    private final Counters counters = new Counters(new Throttle(Ceilings.NONE, System::nanoTime));

    private Checkpoint open() throws IOException {
        return Checkpoint.open(folder, new Counters(new Throttle(Ceilings.NONE, System::nanoTime)), errors);
    }

    @Test
    void goesOnWhereItWasWritten() throws IOException {
        Checkpoint first = open();
        assertThat(first.resumed()).isFalse();
        first.progress("a:1", new ScanCopy.Progress("run", List.of(0, 3), "77"));
        first.standingFunctions(List.of("lib"));
        first.owes();
        first.save(counters, errors);
        Checkpoint next = open();
        assertThat(next.resumed()).isTrue();
        assertThat(next.progress("a:1")).isEqualTo(new ScanCopy.Progress("run", List.of(0, 3), "77"));
        assertThat(next.progress("b:1").runId()).isEmpty();
        assertThat(next.standingFunctions()).containsExactly("lib");
        assertThat(next.owing()).isTrue();
    }

    @Test
    void owesUntilNothingOfThenIsOwed() throws IOException {
        Checkpoint checkpoint = open();
        long before = System.nanoTime();
        checkpoint.owes();
        checkpoint.clear(before, Debt.NONE);
        assertThat(checkpoint.owing()).as("looked at before").isTrue();
        checkpoint.clear(System.nanoTime(), Debt.NONE.since(before));
        assertThat(checkpoint.owing()).as("an older change is owed").isTrue();
        checkpoint.clear(System.nanoTime(), Debt.NONE.since(System.nanoTime()));
        assertThat(checkpoint.owing()).isFalse();
    }

    @Test
    void saysWhatItCannotRead() throws IOException {
        Files.writeString(folder.resolve("checkpoint.json"), "{");
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("checkpoint.json");
    }
}
