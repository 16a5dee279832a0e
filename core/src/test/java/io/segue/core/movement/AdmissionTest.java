package io.segue.core.movement;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.movement.Admission.Event;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdmissionTest {
    private static final String TABLE = """
            event            connected named   current alone   refused
            NAMED            named     .       .       .       refused
            EPOCH_CURRENT    .         current .       .       refused
            EPOCH_SUPERSEDED refused   refused refused refused refused
            OLDER_LISTED     .         .       current .       refused
            NONE_OLDER       .         .       alone   .       refused
            """;

    @ParameterizedTest
    @EnumSource
    void everyStep(Event event) {
        String row = TABLE.lines()
                .filter(line -> line.startsWith(event.name() + " "))
                .findFirst()
                .orElseThrow();
        String[] cells = row.split(" +", -1);
        for (Admission state : Admission.values()) {
            assertThat(after(state, event)).as(state + " + " + event).isEqualTo(cells[1 + state.ordinal()]);
        }
    }

    private static String after(Admission state, Event event) {
        try {
            return state.after(event).name().toLowerCase(Locale.ROOT);
        } catch (IllegalStateException defect) {
            return ".";
        }
    }

    @Test
    void onlyOneThatIsAloneMayWrite() {
        for (Admission state : Admission.values()) {
            assertThat(state.mayWrite()).isEqualTo(state == Admission.ALONE);
        }
    }

    @Test
    void theNameOfAConnectionCarriesTheEpoch() {
        String name = Admission.connectionName("4f1c", 12);
        assertThat(name).isEqualTo("segue-mover:4f1c:12");
        assertThat(Admission.epoch("4f1c", name)).hasValue(12);
        assertThat(Admission.epoch("4f1", name)).isEmpty();
        assertThat(Admission.epoch("other", name)).isEmpty();
        assertThat(Admission.epoch("4f1c", "segue-mover:4f1c:")).isEmpty();
        assertThat(Admission.epoch("4f1c", "segue-mover:4f1c:-3")).isEmpty();
        assertThat(Admission.epoch("4f1c", "segue-mover:4f1c:1x")).isEmpty();
        assertThat(Admission.epoch("4f1c", "segue-mover:4f1c:1234567890123456789"))
                .isEmpty();
        assertThat(Admission.epoch("4f1c", "")).isEmpty();
    }
}
