package io.segue.controlplane.mover.redis.verify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.Result;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Locale;

/**
 * The report of a comparison: JSON lines, written beside the place where it belongs and moved there at the end, also when the comparison
 * fails or is cancelled. One object for each different key, as it was found:
 *
 * <pre>{"db":0,"key":"user:7","kind":"ttl","authority":{"type":"string","expires_at_ms":1750000000000,"bytes":72},"follower":{…}}</pre>
 *
 * <p>{@code key_base64} stands in place of {@code key} where the key is not UTF-8; a side without the key is {@code null};
 * {@code expires_at_ms} is left out for a key that never expires; {@code bytes} is what the value takes there, as the server estimates it.
 * The last line is the summary, {@code {"summary":true,"state":"done","compared":…,"different":{"missing":…},…,"lines":…,"cut":false}};
 * {@code cut} is true when there were more differences than lines. For one thread at a time.
 */
final class VerifyReport implements AutoCloseable {
    private final ObjectMapper json = new ObjectMapper();
    private final Path place;
    private final Path temporary;
    private final BufferedWriter out;
    private final int most;
    private int lines;
    private boolean cut;

    /**
     * @param place where the report belongs; its folder is made if missing
     * @param most differences that are written
     */
    VerifyReport(Path place, int most) throws IOException {
        this.place = place.toAbsolutePath();
        this.temporary = this.place.resolveSibling(place.getFileName() + ".part");
        this.most = most;
        Path folder = this.place.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        this.out = Files.newBufferedWriter(temporary);
    }

    /** Adds a difference, while there is room. */
    void add(int db, byte[] key, Kind kind, KeyFacts authority, KeyFacts follower) throws IOException {
        if (lines == most) {
            cut = true;
            return;
        }
        ObjectNode line = json.createObjectNode();
        line.put("db", db);
        key(line, key);
        line.put("kind", name(kind));
        line.set("authority", side(authority));
        line.set("follower", side(follower));
        write(line);
        lines++;
    }

    private static void key(ObjectNode line, byte[] key) {
        try {
            line.put(
                    "key",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(key))
                            .toString());
        } catch (CharacterCodingException e) {
            line.put("key_base64", Base64.getEncoder().encodeToString(key));
        }
    }

    private com.fasterxml.jackson.databind.JsonNode side(KeyFacts facts) {
        if (!facts.exists()) {
            return json.nullNode();
        }
        ObjectNode side = json.createObjectNode();
        side.put("type", facts.type());
        if (facts.expiresAtMs() >= 0) {
            side.put("expires_at_ms", facts.expiresAtMs());
        }
        side.put("bytes", facts.bytes());
        return side;
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private void write(ObjectNode line) throws IOException {
        out.write(json.writeValueAsString(line));
        out.write('\n');
    }

    /** Adds the summary and moves the report to its place. */
    void complete(Result result) throws IOException {
        ObjectNode line = json.createObjectNode();
        line.put("summary", true);
        line.put("state", name(result.state()));
        line.put("reason", result.reason());
        line.put("started_ms", result.startedMs());
        line.put("ended_ms", result.endedMs());
        line.put("compared", result.compared());
        line.put("total", result.total());
        ObjectNode different = line.putObject("different");
        for (Kind kind : Kind.values()) {
            different.put(name(kind), result.different().getOrDefault(kind, 0L));
        }
        line.put("unsettled", result.unsettled());
        line.put("skipped", result.skipped());
        line.put("repaired", result.repaired());
        line.put("lines", lines);
        line.put("cut", cut);
        write(line);
        out.close();
        Files.move(temporary, place, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Ends the writing. Without {@link #complete} what was written is removed. */
    @Override
    public void close() throws IOException {
        out.close();
        Files.deleteIfExists(temporary);
    }
}
