package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.AddInterlayRequest;
import io.segue.proto.v1.AllowPartial;
import io.segue.proto.v1.ConflictRule;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.FailureHandling;
import io.segue.proto.v1.Feed;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.NoDataMovement;
import io.segue.proto.v1.RetryThenAll;
import io.segue.proto.v1.RollbackAll;
import io.segue.proto.v1.ScanMovement;
import io.segue.proto.v1.SnapshotMovement;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.util.List;

/** Reads the JSON of calls about migrations, in all encodings that clients are known to send. */
final class MigrationReader {
    private static final List<String> MOVEMENTS = List.of("none", "snapshot", "scan");
    private static final List<String> HANDLINGS = List.of("rollback_all", "retry_then_all", "allow_partial");
    private static final int MAX_RETRIES = 1_000;

    private MigrationReader() {}

    static CreateMigrationRequest create(Fields fields) {
        CreateMigrationRequest.Builder request = CreateMigrationRequest.newBuilder()
                .setId(fields.required("id"))
                .setDescription(fields.textOr("description", ""));
        fields.object("strategy").map(StrategyReader::read).ifPresent(request::setStrategy);
        fields.value("data").ifPresent(data -> request.setData(data(data)));
        fields.value("failure_handling").ifPresent(value -> request.setFailureHandling(failureHandling(value)));
        fields.object("guardrails").map(GuardrailJson::read).ifPresent(request::setGuardrails);
        if (!fields.texts("tests").isEmpty()) {
            throw new NotSupportedException("tests: not available in this release (expected: absent or empty)");
        }
        fields.finish();
        return request.build();
    }

    static UpdateMigrationRequest update(String id, long revision, Fields fields) {
        UpdateMigrationRequest.Builder request =
                UpdateMigrationRequest.newBuilder().setId(id).setIfRevision(revision);
        fields.object("strategy").map(StrategyReader::read).ifPresent(request::setStrategy);
        fields.text("description").ifPresent(request::setDescription);
        fields.object("guardrails").map(GuardrailJson::read).ifPresent(request::setGuardrails);
        request.setForce(fields.flag("force").orElse(false)).setReason(fields.textOr("reason", ""));
        fields.finish();
        return request.build();
    }

    static AddInterlayRequest addInterlay(String migration, String interlay, Fields fields) {
        fields.text("id");
        fields.text("description");
        AddInterlayRequest request = AddInterlayRequest.newBuilder()
                .setMigrationId(migration)
                .setInterlay(interlay)
                .setEndpoint(fields.required("endpoint"))
                .build();
        fields.finish();
        return request;
    }

    static MigrationCall call(String id, Fields fields) {
        MigrationCall call = MigrationCall.newBuilder()
                .setId(id)
                .setReason(fields.textOr("reason", ""))
                .setForce(fields.flag("force").orElse(false))
                .build();
        fields.finish();
        return call;
    }

    /**
     * {@code "none"}, {@code {"type": "scan", "replace": "replace"}} or {@code {"Scan": {"replace": "Replace"}}}; the objects may have
     * {@code feed} and {@code throttle} too.
     */
    static DataMovement data(JsonNode value) {
        if (value.isTextual()) {
            return data(EnumNames.oneOf("data", value.textValue(), MOVEMENTS), Fields.of(Json.object()));
        }
        Fields fields = Fields.of(value, "data");
        if (fields.has("type")) {
            return data(EnumNames.oneOf("data.type", fields.required("type"), MOVEMENTS), fields);
        }
        String name = fields.onlyName()
                .orElseThrow(() -> new InvalidFieldException("data", "an object without type", "type and replace"));
        String type = EnumNames.oneOf("data", name, MOVEMENTS);
        Fields inner = fields.object(name)
                .orElseThrow(() -> new InvalidFieldException("data." + name, "null", "an object with replace"));
        return data(type, inner);
    }

    private static DataMovement data(String type, Fields fields) {
        ConflictRule rule = fields.text("replace")
                .map(name -> EnumNames.constant(fields.path("replace"), name, ConflictRule.class, "CONFLICT_RULE_"))
                .orElse(ConflictRule.CONFLICT_RULE_NONE);
        DataMovement.Builder data = DataMovement.newBuilder();
        switch (type) {
            case "snapshot" -> data.setSnapshot(SnapshotMovement.newBuilder().setReplace(rule));
            case "scan" -> data.setScan(ScanMovement.newBuilder().setReplace(rule));
            default -> data.setNone(NoDataMovement.getDefaultInstance());
        }
        fields.text("feed")
                .ifPresent(feed -> data.setFeed(EnumNames.constant(fields.path("feed"), feed, Feed.class, "FEED_")));
        fields.object("throttle").map(MovementReader::throttle).ifPresent(data::setThrottle);
        fields.finish();
        return data.build();
    }

    /** {@code "allow_partial"} or {@code {"type": "retry_then_all", "retry_count": 3}}. */
    static FailureHandling failureHandling(JsonNode value) {
        if (value.isTextual()) {
            String type = EnumNames.oneOf("failure_handling", value.textValue(), HANDLINGS);
            return failureHandling(type, 0);
        }
        Fields fields = Fields.of(value, "failure_handling");
        boolean tagged = fields.has("type");
        String name = tagged ? fields.required("type") : fields.onlyName().orElse("");
        String type = EnumNames.oneOf("failure_handling" + (tagged ? ".type" : ""), name, HANDLINGS);
        Fields inner = tagged ? fields : fields.object(name).orElse(Fields.of(Json.object()));
        int retries = type.equals("retry_then_all") ? inner.whole("retry_count").orElse(0) : 0;
        if (retries > MAX_RETRIES) {
            throw new InvalidFieldException(inner.path("retry_count"), retries, "0 to " + MAX_RETRIES);
        }
        inner.finish();
        return failureHandling(type, retries);
    }

    private static FailureHandling failureHandling(String type, int retries) {
        FailureHandling.Builder handling = FailureHandling.newBuilder();
        switch (type) {
            case "retry_then_all" ->
                handling.setRetryThenAll(RetryThenAll.newBuilder().setRetryCount(retries));
            case "allow_partial" -> handling.setAllowPartial(AllowPartial.getDefaultInstance());
            default -> handling.setRollbackAll(RollbackAll.getDefaultInstance());
        }
        return handling.build();
    }
}
