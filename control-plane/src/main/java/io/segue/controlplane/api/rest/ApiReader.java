package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.AddApiRequest;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.ApiField;
import io.segue.proto.v1.Binding;
import io.segue.proto.v1.FieldType;
import io.segue.proto.v1.Template;
import java.util.ArrayList;
import java.util.List;

/** Reads the JSON of templates and APIs. */
final class ApiReader {
    private ApiReader() {}

    /**
     * {@code {"id", "endpoint", "template": ["GET", "user:{{id}}"]}}; the template may also be {@code {"command": […]}}. Its kind ({@code "Read"},
     * {@code "Write"}) is accepted and not kept: the command itself says what it does.
     */
    static Template template(Fields fields) {
        Template.Builder template = Template.newBuilder()
                .setId(fields.required("id"))
                .setDescription(fields.textOr("description", ""))
                .setEndpoint(fields.required("endpoint"));
        fields.text("kind").ifPresent(kind -> EnumNames.oneOf(fields.path("kind"), kind, List.of("read", "write")));
        JsonNode given = fields.value("template")
                .orElseThrow(() -> new InvalidFieldException(
                        "template", "nothing", "a command and its arguments: [\"GET\", \"user:{{id}}\"]"));
        if (given.isObject()) {
            Fields within = Fields.of(given, "template");
            template.addAllCommand(within.texts("command"));
            within.finish();
        } else {
            template.addAllCommand(fields.texts("template"));
        }
        fields.finish();
        return template.build();
    }

    /** {@code {"id", "fields": [{"name", "field_type", "required"}], "bindings": [{"template", "fields": {…}}]}}. */
    static Api api(Fields fields) {
        Api.Builder api = Api.newBuilder()
                .setId(fields.required("id"))
                .setDescription(fields.textOr("description", ""))
                .addAllBindings(bindings(fields));
        List<JsonNode> given = items(fields, "fields");
        for (int i = 0; i < given.size(); i++) {
            api.addFields(field(Fields.of(given.get(i), "fields[" + i + "]")));
        }
        fields.finish();
        return api.build();
    }

    private static ApiField field(Fields fields) {
        ApiField field = ApiField.newBuilder()
                .setName(fields.required("name"))
                .setType(EnumNames.constant(
                        fields.path("field_type"),
                        fields.textOr("field_type", "string"),
                        FieldType.class,
                        "FIELD_TYPE_"))
                .setDescription(fields.textOr("description", ""))
                .setRequired(fields.flag("required").orElse(true))
                .build();
        fields.finish();
        return field;
    }

    /** The body of POST /migrations/{id}/api/{api}. */
    static AddApiRequest addApi(String migration, String api, Fields fields) {
        fields.text("id").filter(id -> !id.equals(api)).ifPresent(id -> {
            throw new InvalidFieldException("id", id, api + ", as in the path");
        });
        AddApiRequest request = AddApiRequest.newBuilder()
                .setMigrationId(migration)
                .setApi(api)
                .addAllBindings(bindings(fields))
                .build();
        fields.finish();
        return request;
    }

    private static List<Binding> bindings(Fields fields) {
        List<Binding> bindings = new ArrayList<>();
        List<JsonNode> given = items(fields, "bindings");
        for (int i = 0; i < given.size(); i++) {
            Fields one = Fields.of(given.get(i), "bindings[" + i + "]");
            Binding.Builder binding = Binding.newBuilder().setTemplate(one.required("template"));
            one.value("fields").ifPresent(value -> fieldMap(one.path("fields"), value, binding));
            one.finish();
            bindings.add(binding.build());
        }
        return bindings;
    }

    /** A map from fields of the template to fields of the API, or a list of such pairs. */
    private static void fieldMap(String path, JsonNode value, Binding.Builder binding) {
        if (value.isArray()) {
            for (JsonNode pair : value) {
                if (!pair.isArray()
                        || pair.size() != 2
                        || !pair.get(0).isTextual()
                        || !pair.get(1).isTextual()) {
                    throw new InvalidFieldException(
                            path, Fields.show(pair), "pairs of texts: [\"template_field\", \"api_field\"]");
                }
                binding.putFields(pair.get(0).textValue(), pair.get(1).textValue());
            }
            return;
        }
        Fields map = Fields.of(value, path);
        value.fieldNames().forEachRemaining(name -> binding.putFields(name, map.required(name)));
    }

    private static List<JsonNode> items(Fields fields, String field) {
        List<JsonNode> items = new ArrayList<>();
        fields.value(field).ifPresent(value -> {
            if (!value.isArray()) {
                throw new InvalidFieldException(fields.path(field), Fields.show(value), "a list");
            }
            value.forEach(items::add);
        });
        return items;
    }
}
