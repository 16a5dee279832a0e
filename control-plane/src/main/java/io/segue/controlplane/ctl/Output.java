package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

/** Shows documents as the caller wants them: JSON is the same as over REST, tables are for people. */
final class Output {
    /** How results are shown. */
    enum Format {
        TABLE,
        JSON
    }

    private final PrintWriter out;
    private final PrintWriter err;
    private final Format format;

    Output(PrintWriter out, PrintWriter err, Format format) {
        this.out = out;
        this.err = err;
        this.format = format;
    }

    boolean json() {
        return format == Format.JSON;
    }

    PrintWriter out() {
        return out;
    }

    /** A list, as a table of {@code columns}. */
    int list(ArrayNode documents, String... columns) {
        if (json()) {
            out.println(documents.toPrettyString());
        } else if (documents.isEmpty()) {
            err.println("none");
        } else {
            Tables.rows(documents, columns).forEach(out::println);
        }
        return Exit.DONE;
    }

    /** One document, field by field. Its warnings go to the error stream, so that they are seen whatever is done with the rest. */
    int one(ObjectNode document) {
        if (json()) {
            out.println(document.toPrettyString());
            return Exit.DONE;
        }
        ObjectNode shown = document.deepCopy();
        JsonNode warnings = shown.remove("warnings");
        Tables.fields(shown).forEach(out::println);
        if (warnings != null) {
            out.flush();
            warnings.forEach(warning -> err.println("warning: " + Tables.printable(warning.asText())));
        }
        return Exit.DONE;
    }

    /** What was done, for people; with JSON {@code document} is shown instead. */
    int done(ObjectNode document, String what) {
        out.println(json() ? document.toPrettyString() : what);
        return Exit.DONE;
    }
}
