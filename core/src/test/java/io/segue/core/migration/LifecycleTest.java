package io.segue.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LifecycleTest {

    /** Every pair of status and event, as the guide and the design have it: a dot is a refusal. */
    private static final String TABLE = """
            event      pending ready   running      paused       completed failed       rolling_back rolled_back
            ADD        ready   ready   .            .            .         .            .            .
            CHANGE     pending ready   running      .            .         .            .            .
            START      .       running .            .            .         .            .            .
            PAUSE      .       .       paused       .            .         .            .            .
            RESUME     .       .       .            running      .         .            .            .
            COMPLETE   .       .       completed    .            .         .            .            .
            ROLLBACK   .       .       rolling_back rolling_back .         rolling_back rolling_back .
            REVERTED   .       .       .            .            .         .            rolled_back  .
            FAIL       .       .       failed       failed       .         .            failed       .
            DELETE     pending ready   .            .            completed .            .            rolled_back
            """;

    @ParameterizedTest
    @EnumSource
    void everyTransition(Event event) {
        for (Status status : Status.values()) {
            String expected = expected(event).getOrDefault(status, "?");
            String actual =
                    Lifecycle.apply(status, event).match(moved -> moved.to().apiName(), refused -> ".");
            assertThat(actual).as(status + " + " + event).isEqualTo(expected);
        }
    }

    @Test
    void aRefusalSaysWhatIsAllowed() {
        String reason = Lifecycle.apply(Status.PENDING, Event.ROLLBACK).match(moved -> "", Transition.Refused::reason);
        assertThat(reason).startsWith("cannot rollback a migration that is pending (allowed now: ");
        assertThat(reason).contains("add", "change the strategy", "delete");
        assertThat(Lifecycle.apply(Status.COMPLETED, Event.PAUSE).match(moved -> "", Transition.Refused::reason))
                .isEqualTo("cannot pause a migration that is completed (allowed now: delete)");
    }

    private static Map<Status, String> expected(Event event) {
        String[] lines = TABLE.split("\n", -1);
        String[] header = lines[0].trim().split(" +", -1);
        for (String line : lines) {
            String[] cells = line.trim().split(" +", -1);
            if (cells[0].equals(event.name())) {
                Map<Status, String> row = new EnumMap<>(Status.class);
                for (Status status : Status.values()) {
                    for (int i = 1; i < header.length; i++) {
                        if (header[i].equals(status.apiName())) {
                            row.put(status, cells[i]);
                        }
                    }
                }
                return row;
            }
        }
        throw new IllegalStateException("no row for " + event);
    }
}
