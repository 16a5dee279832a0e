package io.segue.core.movement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyStateTest {
    /** Each pair of event and state: without others / with them, where that makes a difference; a dot is a defect of the caller. */
    private static final String TABLE = """
            event     clean          dirty                        copying         copying_among_others copying_changed settling  comparing         comparing_changed
            CHANGED   dirty/settling dirty                        copying_changed copying_changed      copying_changed settling  comparing_changed comparing_changed
            LISTED    settling       dirty                        copying         copying_among_others copying_changed settling  comparing         comparing_changed
            TAKE      .              copying/copying_among_others .               .                    .               .         .                 .
            DONE      .              .                            clean           settling             dirty/settling  .         .                 .
            FAILED    .              .                            dirty           dirty                dirty           .         settling          settling
            COMPARE   .              .                            .               .                    .               comparing .                 .
            EQUAL     .              .                            .               .                    .               .         clean/settling    settling
            DIFFERENT .              .                            .               .                    .               .         dirty             settling
            """;

    @ParameterizedTest
    @EnumSource
    void everyTransition(KeyState.Event event) {
        for (KeyState state : KeyState.values()) {
            String alone = after(state, event, false);
            String others = after(state, event, true);
            assertThat(alone.equals(others) ? alone : alone + "/" + others)
                    .as(state + " + " + event)
                    .isEqualTo(expected(event, state));
        }
    }

    @Test
    void aDefectIsNamed() {
        assertThatThrownBy(() -> KeyState.CLEAN.after(KeyState.Event.DONE, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("DONE cannot happen to a key that is CLEAN");
    }

    private static String after(KeyState state, KeyState.Event event, boolean others) {
        try {
            return state.after(event, others).name().toLowerCase(Locale.ROOT);
        } catch (IllegalStateException defect) {
            return ".";
        }
    }

    private static String expected(KeyState.Event event, KeyState state) {
        for (String line : TABLE.split("\n", -1)) {
            String[] cells = line.trim().split(" +", -1);
            if (cells[0].equals(event.name())) {
                return cells[1 + state.ordinal()];
            }
        }
        throw new IllegalStateException("no row for " + event);
    }
}
