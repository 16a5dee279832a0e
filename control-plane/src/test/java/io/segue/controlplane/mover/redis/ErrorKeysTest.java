package io.segue.controlplane.mover.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ErrorKeysTest {
    private final ErrorKeys errors = new ErrorKeys();

    private static Item item(String key) {
        return Item.of(key.getBytes(StandardCharsets.US_ASCII), new Item.Page(0, "0"));
    }

    @Test
    void countsWhatIsNotAccepted() {
        errors.failed(item("a"), "OOM");
        errors.failed(item("a"), "OOM");
        errors.failed(item("b"), "NOPERM");
        assertThat(errors.count()).isEqualTo(2);
        assertThat(errors.list(1).get(0).attempts()).isEqualTo(2);
        errors.accept();
        errors.failed(item("c"), "OOM");
        assertThat(errors.count()).isEqualTo(1);
        assertThat(errors.acceptedCount()).isEqualTo(2);
        assertThat(errors.isAcceptedAnywhere(item("b").key)).isTrue();
        errors.solved(item("c"));
        assertThat(errors.count()).isZero();
    }

    @Test
    void forgetsWhatNobodyTriesAnyMore() {
        errors.failed(item("a"), "OOM");
        errors.failed(item("b"), "OOM");
        errors.keep(name -> name.key()[0] == 'b');
        assertThat(errors.list(10)).hasSize(1);
    }

    @Test
    void conflictsAreListedUpToABoundAndCountedBeyond() {
        for (int i = 0; i < 10_050; i++) {
            errors.conflict(item("k" + i), KeyCopy.KEPT);
        }
        assertThat(errors.conflicts()).isEqualTo(10_050);
        assertThat(errors.list(20_000)).hasSize(10_000);
        assertThat(errors.count()).isZero();
    }
}
