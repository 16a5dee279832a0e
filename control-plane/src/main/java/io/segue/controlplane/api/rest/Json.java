package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Code;
import io.segue.controlplane.service.ServiceException;
import java.io.IOException;

/** JSON, read strictly: no duplicate keys, nothing after the end, bounded depth. Thread-safe. */
final class Json {
    /** How deep objects and lists may nest. */
    static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /** A new, empty object. */
    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
    }

    /** Reads one object. Empty input is an empty object. */
    static ObjectNode read(byte[] body) {
        if (isBlank(body)) {
            return object();
        }
        try {
            JsonNode node = MAPPER.readTree(body);
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw bad("body: " + Fields.typeName(node) + " (expected: a JSON object)");
        } catch (StreamConstraintsException e) {
            throw bad("body: too deep or too long a value (expected: at most " + MAX_DEPTH + " levels)");
        } catch (JsonProcessingException e) {
            throw bad("body: " + e.getOriginalMessage() + where(e.getLocation()) + " (expected: JSON)");
        } catch (IOException e) {
            throw bad("body: cannot be read as text (expected: JSON in UTF-8)");
        }
    }

    private static boolean isBlank(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String where(JsonLocation at) {
        return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static ServiceException bad(String message) {
        return new ServiceException(Code.INVALID_ARGUMENT, message);
    }
}
