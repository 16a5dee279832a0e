package io.segue.loadtest.register;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why the history of one key is not that of a register.
 *
 * @param key number of the key
 * @param kind what is wrong
 * @param what in one sentence
 * @param evidence the operations that show it
 */
public record Finding(int key, Kind kind, String what, List<Operation> evidence) {
    /** What can be wrong. */
    public enum Kind {
        /** A value was read that was never written to the key, or whose write was refused. */
        FOREIGN,
        /** A value was read before its write was sent. */
        EARLY,
        /** A value was read although a later one, or a deletion, had been seen or acknowledged before. A lost write shows like this. */
        STALE,
        /** Nothing was read although there was a value and nobody could have deleted it. */
        VANISHED
    }

    /** Copies the list. */
    public Finding {
        evidence = List.copyOf(evidence);
    }

    /** In several lines, with the moments in milliseconds after {@code originNanos}. */
    public String text(long originNanos) {
        return evidence.stream()
                .map(operation -> "    " + operation.text(originNanos))
                .collect(Collectors.joining("\n", "key " + key + ": " + kind + ": " + what + "\n", ""));
    }
}
