package io.segue.controlplane.api.rest;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One call of the REST face: what the server needs to answer it, and what a reader needs to make it. */
final class Route {
    private static final String PREFIX = "/api/v1";

    private final HandlerType method;
    private final String path;
    private final Handler handler;
    private final Need need;
    private final List<Parameter> parameters = new ArrayList<>();
    private String summary = "";
    private @Nullable String body;
    private int status = 200;
    private String reply = "";

    /**
     * Something beside path and body.
     *
     * @param place "query" or "header"
     * @param type of the value, as JSON Schema names it
     */
    record Parameter(String place, String name, String type, String description) {}

    Route(HandlerType method, String path, Handler handler, Need need) {
        this.method = method;
        this.path = path;
        this.handler = handler;
        this.need = need;
    }

    /** What it does, in a sentence. */
    Route says(String text) {
        summary = text;
        return this;
    }

    /** The schema of its body; a route that does not say so takes no field. */
    Route takes(String schema) {
        body = schema;
        return this;
    }

    /** Its status, and the schema of {@code data}: {@code "Migration"}, {@code "Migration[]"}, or a type of content with a slash. */
    Route gives(int code, String schema) {
        status = code;
        reply = schema;
        return this;
    }

    /** As {@link #gives(int, String)}, with 200. */
    Route gives(String schema) {
        return gives(200, schema);
    }

    /** A parameter of the query. */
    Route query(String name, String type, String description) {
        parameters.add(new Parameter("query", name, type, description));
        return this;
    }

    /** A header. */
    Route header(String name, String description) {
        parameters.add(new Parameter("header", name, "string", description));
        return this;
    }

    /** That it takes the revision that the caller has read. */
    Route ifMatch() {
        return header("If-Match", "The revision that the caller has read, or *; an older one is refused with 409.");
    }

    HandlerType method() {
        return method;
    }

    String path() {
        return path;
    }

    Handler handler() {
        return handler;
    }

    Need need() {
        return need;
    }

    String summary() {
        return summary;
    }

    @Nullable
    String body() {
        return body;
    }

    int status() {
        return status;
    }

    String reply() {
        return reply;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** {@code POST /api/v1/migrations/{id}/api/{api}} is {@code postMigrationsIdApiApi}. */
    String operation() {
        StringBuilder name = new StringBuilder(method.name().toLowerCase(Locale.ROOT));
        String rest = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : "root" + path;
        for (String word : rest.split("[^A-Za-z0-9]+", -1)) {
            if (!word.isEmpty()) {
                name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
            }
        }
        return name.toString();
    }
}
