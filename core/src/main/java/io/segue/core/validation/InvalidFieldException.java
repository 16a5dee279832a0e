package io.segue.core.validation;

/** A value that is not what a field takes. The message reads {@code strategy.read_percentage: 1.7 (expected: 0.0 to 1.0)}. */
public final class InvalidFieldException extends IllegalArgumentException {
    private final String field;
    private final String expected;

    /**
     * @param field path of the field, as the caller wrote it: {@code "config.port"}
     * @param value what was given
     * @param expected what would be accepted
     */
    public InvalidFieldException(String field, Object value, String expected) {
        super(field + ": " + shorten(String.valueOf(value)) + " (expected: " + expected + ")");
        this.field = field;
        this.expected = expected;
    }

    /** Path of the field. */
    public String field() {
        return field;
    }

    /** What would be accepted. */
    public String expected() {
        return expected;
    }

    private static String shorten(String value) {
        return value.length() <= 200 ? value : value.substring(0, 200) + "…";
    }
}
