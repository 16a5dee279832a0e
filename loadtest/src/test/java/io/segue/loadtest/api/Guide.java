package io.segue.loadtest.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The product guide, taken apart. */
final class Guide {
    private static final Pattern BLOCK = Pattern.compile("```(json|bash)\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([A-Z][A-Za-z/ ]+?) +\\| (Admin|Read) +\\|$");

    private final String text;
    private final ObjectMapper json = new ObjectMapper();

    Guide() {
        try (InputStream in = Guide.class.getResourceAsStream("migrations-guide.md")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON that can be part of a request: everything but the sample of a response. */
    List<JsonNode> definitions() {
        return blocks("json").stream()
                .filter(block -> !block.contains("\"status\": \"success\""))
                .map(this::parse)
                .toList();
    }

    /** The sample of a response. Its dots stand for what is left out. */
    JsonNode response() {
        return blocks("json").stream()
                .filter(block -> block.contains("\"status\": \"success\""))
                .map(block -> parse(block.replace("[...]", "[]")))
                .findFirst()
                .orElseThrow();
    }

    /** The command lines, in order. */
    List<String> commands() {
        return blocks("bash").stream().filter(block -> block.contains("curl ")).toList();
    }

    /** Operation and required access, as the table has them. */
    Map<String, String> access() {
        Map<String, String> table = new LinkedHashMap<>();
        Matcher rows = ROW.matcher(text);
        while (rows.find()) {
            table.put(rows.group(1), rows.group(2));
        }
        return table;
    }

    private List<String> blocks(String language) {
        List<String> found = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            if (blocks.group(1).equals(language)) {
                found.add(blocks.group(2));
            }
        }
        return found;
    }

    private JsonNode parse(String block) {
        try {
            return json.readTree(block);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
