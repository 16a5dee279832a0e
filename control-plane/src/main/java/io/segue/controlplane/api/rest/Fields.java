package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.InvalidFieldException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One JSON object, read field by field. Every complaint names the path, the value and what was expected; {@link #finish} refuses
 * the fields that nobody asked for. JSON null counts as absent.
 */
final class Fields {
    private final ObjectNode node;
    private final String path;
    private final Set<String> asked = new LinkedHashSet<>();

    private Fields(ObjectNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /** The fields of a body. */
    static Fields of(ObjectNode body) {
        return new Fields(body, "");
    }

    /** The fields of a value that must be an object. */
    static Fields of(JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return new Fields(object, path);
        }
        throw new InvalidFieldException(path, show(value), "an object");
    }

    /** The full name of a field, for messages. */
    String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    /** Whether a field is there and not null. */
    boolean has(String field) {
        return value(field).isPresent();
    }

    /** Any value. */
    Optional<JsonNode> value(String field) {
        asked.add(field);
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** A text. */
    Optional<String> text(String field) {
        return value(field).map(value -> {
            if (!value.isTextual()) {
                throw wrong(field, value, "a text");
            }
            return value.textValue();
        });
    }

    /** A text that no message may show; empty if absent. */
    String secret(String field) {
        return value(field)
                .map(value -> {
                    if (!value.isTextual()) {
                        throw new InvalidFieldException(path(field), typeName(value), "a text");
                    }
                    return value.textValue();
                })
                .orElse("");
    }

    /** A text, or what stands for an absent one. */
    String textOr(String field, String absent) {
        return text(field).orElse(absent);
    }

    /** A text that must be there. */
    String required(String field) {
        return text(field).orElseThrow(() -> new InvalidFieldException(path(field), "nothing", "a text"));
    }

    /** A number. */
    Optional<Double> number(String field) {
        return value(field).map(value -> {
            if (!value.isNumber()) {
                throw wrong(field, value, "a number");
            }
            return value.doubleValue();
        });
    }

    /** A whole number from 0 to the largest int. */
    Optional<Integer> whole(String field) {
        return value(field).map(value -> {
            if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
                throw wrong(field, value, "a whole number, 0 or more");
            }
            return value.intValue();
        });
    }

    /** True or false. */
    Optional<Boolean> flag(String field) {
        return value(field).map(value -> {
            if (!value.isBoolean()) {
                throw wrong(field, value, "true or false");
            }
            return value.booleanValue();
        });
    }

    /** A moment in ISO 8601, with its offset. */
    Optional<Timestamp> moment(String field) {
        return text(field).map(value -> {
            try {
                return Times.of(OffsetDateTime.parse(value).toInstant());
            } catch (DateTimeParseException e) {
                throw new InvalidFieldException(path(field), value, "an ISO 8601 moment such as 2024-01-15T02:00:00Z");
            }
        });
    }

    /** An object. */
    Optional<Fields> object(String field) {
        return value(field).map(value -> of(value, path(field)));
    }

    /** A list of texts. */
    List<String> texts(String field) {
        List<String> texts = new ArrayList<>();
        value(field).ifPresent(value -> {
            if (!value.isArray()) {
                throw wrong(field, value, "a list of texts");
            }
            for (JsonNode item : value) {
                if (!item.isTextual()) {
                    throw new InvalidFieldException(path(field) + "[" + texts.size() + "]", show(item), "a text");
                }
                texts.add(item.textValue());
            }
        });
        return texts;
    }

    /** An object whose values are all true or false. */
    Map<String, Boolean> flags(String field) {
        Map<String, Boolean> flags = new LinkedHashMap<>();
        object(field)
                .ifPresent(object -> object.node.properties().forEach(entry -> {
                    if (!entry.getValue().isBoolean()) {
                        throw object.wrong(entry.getKey(), entry.getValue(), "true or false");
                    }
                    flags.put(entry.getKey(), entry.getValue().booleanValue());
                }));
        return flags;
    }

    /** The only field of an object, as in {@code {"Scan": {…}}}. */
    Optional<String> onlyName() {
        return node.size() == 1 ? Optional.of(node.fieldNames().next()) : Optional.empty();
    }

    /** Whether there is no field at all. */
    boolean isEmpty() {
        return node.isEmpty();
    }

    /** Refuses the fields that were not asked for. */
    void finish() {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = entry.getKey();
            if (!asked.contains(name)) {
                String hint = Nearest.of(name, asked)
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("");
                throw new InvalidFieldException(
                        path(name), "unknown field", (asked.isEmpty() ? "no field" : String.join(", ", asked)) + hint);
            }
        }
    }

    private InvalidFieldException wrong(String field, JsonNode value, String expected) {
        return new InvalidFieldException(path(field), show(value), expected);
    }

    /** A value as a message shows it. */
    static String show(JsonNode value) {
        return value.isContainerNode() ? typeName(value) : value.toString();
    }

    /** The type of a value in words. */
    static String typeName(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            default -> "null";
        };
    }
}
