package io.segue.core.strategy;

import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.validation.InvalidFieldException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Names of instances, features, flags and regions. */
final class Names {
    private static final int MAX_LENGTH = 128;
    private static final int MAX_ENTRIES = 1_000;

    private Names() {}

    static void check(String field, String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            throw new InvalidFieldException(
                    field, name.isEmpty() ? "\"\"" : name, "names of 1 to " + MAX_LENGTH + " characters");
        }
    }

    /** A copy, checked. */
    static Map<String, Boolean> copy(String field, Map<String, Boolean> entries) {
        if (entries.size() > MAX_ENTRIES) {
            throw new InvalidFieldException(field, entries.size() + " entries", "at most " + MAX_ENTRIES + " entries");
        }
        entries.keySet().forEach(name -> check(field, name));
        return Map.copyOf(entries);
    }

    /** Labels of which each entry is one, and one more without. */
    static List<Labels> samples(Label label, Map<String, Boolean> entries) {
        return Stream.concat(Stream.of(""), entries.keySet().stream())
                .map(name -> Labels.NONE.with(label, name))
                .toList();
    }
}
