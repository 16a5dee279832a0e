package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.ApiField;
import io.segue.proto.v1.ApiReply;
import io.segue.proto.v1.Binding;
import io.segue.proto.v1.Template;
import java.util.TreeMap;

/** Writes the JSON of templates and APIs. */
final class ApiWriter {
    private ApiWriter() {}

    static ObjectNode write(Template template) {
        ObjectNode json = Json.object()
                .put("id", template.getId())
                .put("uuid", template.getUuid())
                .put("description", template.getDescription())
                .put("endpoint", template.getEndpoint());
        json.set("template", MigrationWriter.texts(template.getCommandList()));
        return json.put("created_at", Times.toInstant(template.getCreatedAt()).toString())
                .put("updated_at", Times.toInstant(template.getUpdatedAt()).toString())
                .put("revision", template.getRevision());
    }

    static ObjectNode write(ApiReply reply) {
        ObjectNode json = write(reply.getApi());
        json.set("rollout", MigrationWriter.write(reply.getRollout()));
        return json;
    }

    static ObjectNode write(Api api) {
        ObjectNode json = Json.object()
                .put("id", api.getId())
                .put("uuid", api.getUuid())
                .put("description", api.getDescription());
        ArrayNode fields = json.putArray("fields");
        for (ApiField field : api.getFieldsList()) {
            fields.addObject()
                    .put("name", field.getName())
                    .put("field_type", Names.strip(field.getType(), "FIELD_TYPE_"))
                    .put("description", field.getDescription())
                    .put("required", field.getRequired());
        }
        ArrayNode bindings = json.putArray("bindings");
        for (Binding binding : api.getBindingsList()) {
            ObjectNode one = bindings.addObject().put("template", binding.getTemplate());
            ObjectNode map = one.putObject("fields");
            new TreeMap<>(binding.getFieldsMap()).forEach(map::put);
        }
        return json.put("created_at", Times.toInstant(api.getCreatedAt()).toString())
                .put("updated_at", Times.toInstant(api.getUpdatedAt()).toString())
                .put("revision", api.getRevision());
    }
}
