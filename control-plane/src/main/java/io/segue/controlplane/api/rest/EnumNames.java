package io.segue.controlplane.api.rest;

import io.segue.core.validation.InvalidFieldException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of constants as callers write them: {@code old_authoritative} or {@code OldAuthoritative}. */
final class EnumNames {
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private EnumNames() {}

    /** In snake_case. */
    static String snake(String name) {
        return HUMP.matcher(name).replaceAll("_").toLowerCase(Locale.ROOT);
    }

    /** One of {@code known}, or a complaint that lists them. */
    static String oneOf(String field, String value, List<String> known) {
        String name = snake(value);
        if (!known.contains(name)) {
            String hint = Nearest.of(name, known)
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("");
            throw new InvalidFieldException(field, value.isEmpty() ? "\"\"" : value, String.join(", ", known) + hint);
        }
        return name;
    }

    /** The constant {@code prefix + NAME}, but never the unspecified one. */
    static <E extends Enum<E>> E constant(String field, String value, Class<E> type, String prefix) {
        List<String> known = Arrays.stream(type.getEnumConstants())
                .map(Enum::name)
                .filter(name -> name.startsWith(prefix) && !name.endsWith("_UNSPECIFIED"))
                .map(name -> name.substring(prefix.length()).toLowerCase(Locale.ROOT))
                .toList();
        String name = oneOf(field, value, known);
        Optional<E> found = Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equals(prefix + name.toUpperCase(Locale.ROOT)))
                .findFirst();
        return found.orElseThrow();
    }
}
