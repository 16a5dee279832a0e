package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** JSON documents as text for people. */
final class Tables {
    private Tables() {}

    /**
     * One line for each document, under a heading.
     *
     * @param columns names of fields, {@code strategy.type} for one within another; {@code a|b} is the first of them that is there
     */
    static List<String> rows(Iterable<JsonNode> documents, String... columns) {
        List<String[]> cells = new ArrayList<>();
        String[] head = new String[columns.length];
        for (int i = 0; i < columns.length; i++) {
            head[i] = columns[i]
                    .substring(columns[i].lastIndexOf('.') + 1)
                    .replace('_', ' ')
                    .toUpperCase(Locale.ROOT);
        }
        cells.add(head);
        for (JsonNode document : documents) {
            String[] row = new String[columns.length];
            for (int i = 0; i < columns.length; i++) {
                row[i] = text(find(document, columns[i]));
            }
            cells.add(row);
        }
        return align(cells);
    }

    private static JsonNode find(JsonNode document, String column) {
        JsonNode found = MissingNode.getInstance();
        for (String path : column.split("\\|", -1)) {
            found = found.isMissingNode() ? document.at("/" + path.replace('.', '/')) : found;
        }
        return found;
    }

    /** One line for each field; fields within fields by their path. */
    static List<String> fields(JsonNode document) {
        List<String[]> cells = new ArrayList<>();
        flatten("", document, cells);
        return align(cells);
    }

    private static void flatten(String path, JsonNode node, List<String[]> into) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject() && !value.isEmpty()) {
                flatten(name, value, into);
            } else if (value.isArray() && !value.isEmpty() && value.get(0).isObject()) {
                for (int i = 0; i < value.size(); i++) {
                    flatten(name + "." + i, value.get(i), into);
                }
            } else {
                into.add(new String[] {name, text(value)});
            }
        }
    }

    private static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull() || (value.isContainerNode() && value.isEmpty())) {
            return "-";
        }
        if (value.isArray()) {
            List<String> items = new ArrayList<>();
            value.forEach(item -> items.add(text(item)));
            return String.join(",", items);
        }
        String text = value.isValueNode() ? value.asText() : value.toString();
        return text.isEmpty() ? "-" : printable(text);
    }

    /** What comes from elsewhere must not steer the terminal. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static List<String> align(List<String[]> cells) {
        int[] widths = new int[cells.isEmpty() ? 0 : cells.get(0).length];
        for (String[] row : cells) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
