package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks values against the part of JSON Schema that the document uses, and refuses to overlook what it does not know. */
final class JsonSchema {
    private static final List<String> KNOWN = List.of(
            "$ref",
            "type",
            "description",
            "format",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "enum",
            "const",
            "oneOf",
            "anyOf",
            "minimum",
            "maximum",
            "pattern",
            "minItems",
            "maxItems");

    private final JsonNode document;

    JsonSchema(JsonNode document) {
        this.document = document;
    }

    /** What is wrong with a value; empty if nothing is. */
    List<String> complaints(JsonNode schema, JsonNode value) {
        List<String> found = new ArrayList<>();
        check(schema, value, "$", found);
        return found;
    }

    private void check(JsonNode schema, JsonNode value, String path, List<String> found) {
        schema.fieldNames().forEachRemaining(word -> {
            if (!KNOWN.contains(word)) {
                throw new IllegalArgumentException("this checker does not know the word " + word + " of JSON Schema");
            }
        });
        if (schema.has("$ref")) {
            String pointer = schema.path("$ref").asText().substring(1);
            check(document.requiredAt(pointer), value, path, found);
        }
        if (schema.has("type") && !isOneOf(schema.path("type"), value)) {
            found.add(path + " is " + value + ", not " + schema.path("type"));
            return;
        }
        if (schema.has("const") && !schema.path("const").equals(value)) {
            found.add(path + " is " + value + ", not " + schema.path("const"));
        }
        if (schema.has("enum") && !contains(schema.path("enum"), value)) {
            found.add(path + " is " + value + ", not one of " + schema.path("enum"));
        }
        alternatives(schema, value, path, found);
        numbers(schema, value, path, found);
        if (schema.has("pattern")
                && !value.asText().matches(schema.path("pattern").asText())) {
            found.add(path + " is " + value + ", which does not match");
        }
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                check(
                        schema.path("items").isMissingNode() ? document.path("?") : schema.path("items"),
                        value.get(i),
                        path + "[" + i + "]",
                        found);
            }
            if (value.size() < schema.path("minItems").asInt()) {
                found.add(path + " has too few items");
            }
            if (schema.has("maxItems") && value.size() > schema.path("maxItems").asInt()) {
                found.add(path + " has too many items");
            }
        }
        if (value.isObject()) {
            fields(schema, value, path, found);
        }
    }

    private void alternatives(JsonNode schema, JsonNode value, String path, List<String> found) {
        for (String word : List.of("oneOf", "anyOf")) {
            if (!schema.has(word)) {
                continue;
            }
            List<String> all = new ArrayList<>();
            int fits = 0;
            for (JsonNode one : schema.path(word)) {
                List<String> complaints = complaints(one, value);
                fits += complaints.isEmpty() ? 1 : 0;
                all.addAll(complaints);
            }
            if (fits == 0 || (fits > 1 && word.equals("oneOf"))) {
                found.add(path + " fits " + fits + " of the alternatives: " + all);
            }
        }
    }

    private static void numbers(JsonNode schema, JsonNode value, String path, List<String> found) {
        boolean low = schema.has("minimum")
                && value.asDouble() < schema.path("minimum").asDouble();
        boolean high = schema.has("maximum")
                && value.asDouble() > schema.path("maximum").asDouble();
        if (value.isNumber() && (low || high)) {
            found.add(path + " is " + value + ", out of range");
        }
    }

    private void fields(JsonNode schema, JsonNode value, String path, List<String> found) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                found.add(path + "." + name.asText() + " is missing");
            }
        }
        JsonNode others = schema.path("additionalProperties");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode known = schema.path("properties").path(field.getKey());
            String inner = path + "." + field.getKey();
            if (!known.isMissingNode()) {
                check(known, field.getValue(), inner, found);
            } else if (others.isObject()) {
                check(others, field.getValue(), inner, found);
            } else if (others.isBoolean() && !others.booleanValue()) {
                found.add(inner + " is not known");
            }
        }
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode one : list) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOneOf(JsonNode types, JsonNode value) {
        if (!types.isArray()) {
            return isA(types.asText(), value);
        }
        for (JsonNode type : types) {
            if (isA(type.asText(), value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isA(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException("no such type: " + type);
        };
    }
}
