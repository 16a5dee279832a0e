package io.segue.loadtest.data;

import java.nio.charset.StandardCharsets;

/**
 * One way in which two stores differ.
 *
 * @param db database number
 * @param key the key, or the name of a function library
 * @param detail what is here and what is there, shortened
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier; compared by what it says.
public record Difference(Kind kind, int db, byte[] key, String detail) {
    private static final int SHOWN = 80;

    /** In which way. */
    public enum Kind {
        /** The first store has the key, the second has not. */
        MISSING,
        /** The second store has a key that the first has not. */
        EXTRA,
        /** The key has another type. */
        TYPE,
        /** Same type, another value. */
        VALUE,
        /** The key ends at another moment, or only on one side. */
        EXPIRY,
        /** A function library is missing, extra, or other code. */
        FUNCTION
    }

    @Override
    public String toString() {
        return kind + " db " + db + " key " + printable(key) + (detail.isEmpty() ? "" : ": " + detail);
    }

    /** Bytes as a person can read them, at most {@value #SHOWN} characters. */
    static String printable(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int shown = Math.min(bytes.length, SHOWN);
        String latin = new String(bytes, 0, shown, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < shown; i++) {
            char c = latin.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '\\') {
                text.append(c);
            } else {
                text.append(String.format("\\x%02x", (int) c));
            }
        }
        return bytes.length > shown ? text + "… (" + bytes.length + " bytes)" : text.toString();
    }
}
