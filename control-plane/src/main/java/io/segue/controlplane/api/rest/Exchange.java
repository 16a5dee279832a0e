package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.segue.controlplane.service.Code;
import io.segue.controlplane.service.Identity;
import io.segue.controlplane.service.ServiceException;
import io.segue.core.validation.InvalidFieldException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request and its reply, in the envelope that all replies have. */
final class Exchange {
    /** Longest body that is read. */
    static final int MAX_BODY_BYTES = 1024 * 1024;

    private static final String CALLER = "segue.caller";
    private static final String TARGET = "segue.target";
    private static final String REASON = "segue.reason";
    private static final String OUTCOME = "segue.outcome";
    private static final String MESSAGE = "segue.message";

    private Exchange() {}

    static void caller(Context context, Identity caller) {
        context.attribute(CALLER, caller);
    }

    static @Nullable Identity callerIfKnown(Context context) {
        return context.attribute(CALLER);
    }

    static Identity caller(Context context) {
        @Nullable Identity caller = callerIfKnown(context);
        if (caller == null) {
            throw new IllegalStateException("the request has not been authenticated");
        }
        return caller;
    }

    /** The fields of the body; none where there is no body. */
    static Fields body(Context context) {
        byte[] bytes = read(context);
        @Nullable String type = context.header("Content-Type");
        if (bytes.length > 0 && type != null && !isJson(type) && !isBareCurl(type, bytes)) {
            throw new ServiceException(
                    Code.INVALID_ARGUMENT, "Content-Type: " + type + " (expected: application/json)");
        }
        ObjectNode json = Json.read(bytes);
        context.attribute(TARGET, json.path("id").asText(""));
        context.attribute(REASON, json.path("reason").asText(""));
        return Fields.of(json);
    }

    /** What the call is about: the id in the path, else in the body; empty if there is none. */
    static String target(Context context) {
        return context.pathParamMap().getOrDefault("id", note(context, TARGET));
    }

    /** The reason that the caller has given. */
    static String reason(Context context) {
        return note(context, REASON);
    }

    /** The code of the error that was answered. */
    static String outcome(Context context) {
        return note(context, OUTCOME);
    }

    /** Its message; empty if it went well. */
    static String failureMessage(Context context) {
        return note(context, MESSAGE);
    }

    private static String note(Context context, String name) {
        @Nullable String text = context.attribute(name);
        return text == null ? "" : text;
    }

    /** What {@code curl -d '{…}'} says of a body when it is not told better; a form never begins like that. */
    private static boolean isBareCurl(String type, byte[] bytes) {
        return type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded") && bytes[0] == '{';
    }

    private static boolean isJson(String type) {
        String plain = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return plain.isEmpty() || plain.equals("application/json") || plain.endsWith("+json");
    }

    private static byte[] read(Context context) {
        if (context.req().getContentLengthLong() > MAX_BODY_BYTES) {
            throw new BodyTooLargeException();
        }
        try {
            InputStream in = context.req().getInputStream();
            byte[] bytes = in.readNBytes(MAX_BODY_BYTES + 1);
            if (bytes.length > MAX_BODY_BYTES) {
                throw new BodyTooLargeException();
            }
            return bytes;
        } catch (IOException e) {
            throw new ServiceException(Code.INVALID_ARGUMENT, "body: it ended early (expected: all of it)");
        }
    }

    /** The revision in {@code If-Match}; 0 for any. */
    static long ifMatch(Context context) {
        @Nullable String header = context.header("If-Match");
        if (header == null || header.strip().equals("*")) {
            return 0;
        }
        String digits = header.strip().replaceFirst("^W/", "").replace("\"", "");
        try {
            long revision = Long.parseLong(digits);
            if (revision > 0) {
                return revision;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number that is not a revision.
        }
        throw new ServiceException(Code.INVALID_ARGUMENT, "If-Match: " + header + " (expected: a revision)");
    }

    /** The key that makes a creation repeatable; empty if there is none. */
    static String idempotencyKey(Context context) {
        @Nullable String key = context.header("Idempotency-Key");
        if (key == null) {
            return "";
        }
        if (key.isBlank()) {
            throw new InvalidFieldException("Idempotency-Key", "\"\"", "1 to 255 visible ASCII characters, no spaces");
        }
        return key.strip();
    }

    /** A number, 0 or more, in the query; 0 if it is not there. */
    static long number(Context context, String parameter) {
        @Nullable String text = context.queryParam(parameter);
        if (text == null) {
            return 0;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a negative one.
        }
        throw new InvalidFieldException(parameter, text, "a whole number, 0 or more");
    }

    /** A whole number in the query; 0 if it is not there. */
    static int whole(Context context, String parameter) {
        @Nullable String text = context.queryParam(parameter);
        if (text == null) {
            return 0;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new InvalidFieldException(parameter, text, "a whole number");
        }
    }

    static void ok(Context context, JsonNode data) {
        success(context, 200, data);
    }

    static void created(Context context, JsonNode data) {
        success(context, 201, data);
    }

    /** It was begun and goes on. */
    static void accepted(Context context, JsonNode data) {
        success(context, 202, data);
    }

    /** A document of its own, without the envelope. */
    static void raw(Context context, ObjectNode document) {
        send(context, 200, document);
    }

    private static void success(Context context, int status, JsonNode data) {
        ObjectNode envelope = Json.object().put("status", "success");
        envelope.set("data", data);
        if (data.path("revision").isIntegralNumber()) {
            context.header("ETag", "\"" + data.path("revision").longValue() + "\"");
        }
        send(context, status, envelope);
    }

    static void failure(Context context, int status, String code, String message, Map<String, Object> details) {
        context.attribute(OUTCOME, code);
        context.attribute(MESSAGE, message);
        ObjectNode envelope = Json.object().put("status", "error");
        ObjectNode error = envelope.putObject("error").put("code", code).put("message", message);
        ObjectNode more = error.putObject("details");
        details.forEach((name, value) -> more.set(name, plain(value)));
        send(context, status, envelope);
    }

    private static JsonNode plain(Object value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (value instanceof Number number) {
            return json.numberNode(number.longValue());
        }
        if (value instanceof List<?> list) {
            ArrayNode array = json.arrayNode();
            list.forEach(item -> array.add(String.valueOf(item)));
            return array;
        }
        return json.textNode(String.valueOf(value));
    }

    private static void send(Context context, int status, ObjectNode envelope) {
        context.status(status).contentType("application/json").result(Json.write(envelope));
    }

    /** A list of messages as a list of objects. */
    static <T> ArrayNode list(List<T> items, Function<T, ObjectNode> writer) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> array.add(writer.apply(item)));
        return array;
    }

    /** The body is longer than {@link #MAX_BODY_BYTES}. */
    static final class BodyTooLargeException extends RuntimeException {
        BodyTooLargeException() {
            super("body: too long (expected: at most " + MAX_BODY_BYTES + " bytes)");
        }
    }
}
