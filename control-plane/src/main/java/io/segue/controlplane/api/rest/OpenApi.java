package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Access;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the OpenAPI document: the paths from the route table, the schemas from a file beside this class. */
final class OpenApi {
    private static final String SCHEMAS = "schemas.json";
    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([A-Za-z_]+)}");
    private static final String REFERENCE = "#/components/schemas/";

    private OpenApi() {}

    static ObjectNode document(List<Route> routes, String release) {
        ObjectNode document = Json.object().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Segue control plane")
                .put("description", "Moves live traffic and data from an OLD database to a NEW one.")
                .put("version", release);
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            paths.withObjectProperty(route.path())
                    .set(route.method().name().toLowerCase(Locale.ROOT), operation(route));
        }
        ObjectNode components = document.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject("token")
                .put("type", "http")
                .put("scheme", "bearer");
        components.set("schemas", schemas());
        return document;
    }

    private static ObjectNode schemas() {
        try (InputStream in = OpenApi.class.getResourceAsStream(SCHEMAS)) {
            if (in == null) {
                throw new IllegalStateException(SCHEMAS + " is missing from the program");
            }
            return Json.read(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode operation(Route route) {
        ObjectNode operation =
                Json.object().put("operationId", route.operation()).put("summary", route.summary());
        String[] words = route.path().replaceFirst("^/api/v1", "").split("/", -1);
        operation.putArray("tags").add(words.length > 1 ? words[1] : "");
        Access access = route.need().access();
        operation.put("description", "Needs: " + access.roles() + ".");
        ArrayNode security = operation.putArray("security");
        if (access != Access.OPEN) {
            security.addObject().putArray("token");
        }
        ArrayNode parameters = operation.putArray("parameters");
        Matcher names = PATH_PARAMETER.matcher(route.path());
        while (names.find()) {
            parameter(parameters, "path", names.group(1), "string", "Id or uuid.")
                    .put("required", true);
        }
        for (Route.Parameter one : route.parameters()) {
            parameter(parameters, one.place(), one.name(), one.type(), one.description());
        }
        String body = route.body();
        if (body != null) {
            reference(
                    operation
                            .putObject("requestBody")
                            .putObject("content")
                            .putObject("application/json")
                            .putObject("schema"),
                    body);
        }
        ObjectNode responses = operation.putObject("responses");
        success(responses.putObject(Integer.toString(route.status())), route);
        ObjectNode error = responses.putObject("default").put("description", "It failed, and nothing was changed.");
        reference(error.putObject("content").putObject("application/json").putObject("schema"), "Error");
        return operation;
    }

    private static ObjectNode parameter(
            ArrayNode parameters, String place, String name, String type, String description) {
        ObjectNode parameter =
                parameters.addObject().put("name", name).put("in", place).put("description", description);
        parameter.putObject("schema").put("type", type);
        return parameter;
    }

    private static void success(ObjectNode response, Route route) {
        response.put("description", route.summary());
        ObjectNode content = response.putObject("content");
        if (route.reply().contains("/")) {
            content.putObject(route.reply()).putObject("schema").put("type", "string");
            return;
        }
        ObjectNode envelope = content.putObject("application/json").putObject("schema");
        envelope.put("type", "object").putArray("required").add("status").add("data");
        ObjectNode properties = envelope.putObject("properties");
        properties.putObject("status").put("const", "success");
        reference(properties.putObject("data"), route.reply());
    }

    private static void reference(ObjectNode schema, String name) {
        if (name.endsWith("[]")) {
            schema.put("type", "array");
            reference(schema.putObject("items"), name.substring(0, name.length() - 2));
        } else {
            schema.put("$ref", REFERENCE + name);
        }
    }
}
