package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.javalin.http.Context;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.Course;
import io.segue.proto.v1.ExplainRequest;
import io.segue.proto.v1.Explanation;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the question in the query of {@code /explain}, and writes the answer. */
final class ExplainJson {
    private static final List<String> PARAMETERS =
            List.of("key", "command", "user", "client", "db", "region", "instance", "interlay", "connection");

    private ExplainJson() {}

    static ExplainRequest read(Context context) {
        Set<String> unknown = new TreeSet<>(context.queryParamMap().keySet());
        PARAMETERS.forEach(unknown::remove);
        for (String name : unknown) {
            String hint = Nearest.of(name, PARAMETERS)
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("");
            throw new InvalidFieldException(name, "unknown parameter", String.join(", ", PARAMETERS) + hint);
        }
        ExplainRequest.Builder request = ExplainRequest.newBuilder()
                .setId(context.pathParam("id"))
                .setCommand(text(context, "command"))
                .setUser(text(context, "user"))
                .setClient(text(context, "client"))
                .setDb(Exchange.whole(context, "db"))
                .setRegion(text(context, "region"))
                .setInstance(text(context, "instance"))
                .setInterlay(text(context, "interlay"))
                .setConnection(Exchange.whole(context, "connection"));
        @Nullable String key = context.queryParam("key");
        if (key != null) {
            request.setKey(ByteString.copyFromUtf8(key));
        }
        return request.build();
    }

    private static String text(Context context, String name) {
        @Nullable String text = context.queryParam(name);
        return text == null ? "" : text;
    }

    static ObjectNode write(Explanation found) {
        ObjectNode json = Json.object()
                .put("migration_id", found.getMigrationId())
                .put("interlay", found.getInterlay())
                .put("strategy", found.getStrategy().isEmpty() ? null : found.getStrategy());
        json.set("read", course(found.getRead()));
        json.set("write", course(found.getWrite()));
        json.put("authority", found.getAuthority())
                .put("bucket", found.getBucket())
                .put("unit", found.getUnit())
                .put("label_class", found.getLabelClass());
        json.putObject("labels")
                .put("region", found.getLabels().getRegion())
                .put("instance", found.getLabels().getInstance())
                .put("feature", found.getLabels().getFeature())
                .put("flag", found.getLabels().getFlag());
        if (found.hasRuleIndex()) {
            json.set("rule", LabelsWriter.rule(found.getRule()).put("index", found.getRuleIndex()));
        } else {
            json.putNull("rule");
        }
        return json.put("why", found.getWhy());
    }

    private static ObjectNode course(Course course) {
        ObjectNode json = Json.object().put("kind", course.getKind());
        course.getSidesList().forEach(json.putArray("sides")::add);
        return json;
    }
}
