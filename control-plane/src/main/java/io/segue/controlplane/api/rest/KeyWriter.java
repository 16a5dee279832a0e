package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Writes keys, which are any bytes. */
final class KeyWriter {
    private KeyWriter() {}

    /** {@code key} for people, {@code key_base64} for programs: the second always has the exact bytes. */
    static ObjectNode write(ByteString key) {
        return Json.object()
                .put("key", printable(key))
                .put("key_base64", Base64.getEncoder().encodeToString(key.toByteArray()));
    }

    /** The key where it is plain text; every other byte as {@code \xNN}. */
    private static String printable(ByteString key) {
        if (key.isValidUtf8() && key.toStringUtf8().chars().noneMatch(Character::isISOControl)) {
            return key.toStringUtf8();
        }
        StringBuilder text = new StringBuilder();
        for (byte b : key) {
            if (b >= ' ' && b < 0x7f && b != '\\') {
                text.append(new String(new byte[] {b}, StandardCharsets.US_ASCII));
            } else {
                text.append(String.format(Locale.ROOT, "\\x%02x", b & 0xff));
            }
        }
        return text.toString();
    }
}
