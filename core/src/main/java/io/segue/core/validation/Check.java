package io.segue.core.validation;

import java.util.regex.Pattern;

/** The checks that several messages share. Each throws {@link InvalidFieldException}. */
public final class Check {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    private Check() {}

    /** A share of the traffic: 0.0 to 1.0. */
    public static double share(String field, double value) {
        // Written so that NaN fails too.
        if (!(value >= 0.0 && value <= 1.0)) {
            throw new InvalidFieldException(field, value, "0.0 to 1.0");
        }
        return value;
    }

    /** An identifier chosen by a caller. */
    public static String id(String field, String value) {
        if (!ID.matcher(value).matches()) {
            throw new InvalidFieldException(
                    field,
                    value.isEmpty() ? "\"\"" : value,
                    "1 to 128 of letters, digits, '_', '-', '.', starting with a letter or digit");
        }
        return value;
    }

    /** A TCP port. */
    public static int port(String field, int value) {
        return range(field, value, 1, 65_535);
    }

    /** A whole number in a range, both ends included. */
    public static int range(String field, int value, int min, int max) {
        if (value < min || value > max) {
            throw new InvalidFieldException(field, value, min + " to " + max);
        }
        return value;
    }

    /** A text that must be there. */
    public static String notEmpty(String field, String value) {
        if (value.isEmpty()) {
            throw new InvalidFieldException(field, "\"\"", "a value");
        }
        return value;
    }
}
