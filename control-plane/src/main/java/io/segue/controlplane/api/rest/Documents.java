package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.proto.v1.AuditEntry;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.CreateTokenReply;
import io.segue.proto.v1.DeleteReply;
import io.segue.proto.v1.Divergence;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Explanation;
import io.segue.proto.v1.GuardrailReport;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.InterlayReply;
import io.segue.proto.v1.ListErrorKeysReply;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationStanding;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.RollbackInterlayReply;
import io.segue.proto.v1.TestMigrationReply;
import io.segue.proto.v1.Throttle;
import io.segue.proto.v1.ToggleReply;
import io.segue.proto.v1.Token;
import io.segue.proto.v1.UpdateMigrationRequest;
import io.segue.proto.v1.UpdateTrafficReply;
import io.segue.proto.v1.VerificationResult;
import io.segue.proto.v1.Version;
import java.util.List;
import java.util.function.Function;

/**
 * The JSON of the REST face for those who speak gRPC and want to show or read the same documents: the command line. What is read is checked as strictly as a
 * request's body is. Thread-safe.
 */
public final class Documents {
    private Documents() {}

    /** The body of POST /migrations. */
    public static CreateMigrationRequest createMigration(byte[] body) {
        return MigrationReader.create(fields(body));
    }

    /** The body of PATCH /migrations/{id}; {@code revision} 0 means any. */
    public static UpdateMigrationRequest updateMigration(String id, long revision, byte[] body) {
        return MigrationReader.update(id, revision, fields(body));
    }

    /** The body of POST /endpoints. */
    public static Endpoint endpoint(byte[] body) {
        return CatalogReader.endpoint(fields(body));
    }

    /** The body of POST /interlays. */
    public static Interlay interlay(byte[] body) {
        return CatalogReader.interlay(fields(body));
    }

    private static Fields fields(byte[] body) {
        return Fields.of(Json.read(body));
    }

    /** An empty object, to be filled. */
    public static ObjectNode object() {
        return Json.object();
    }

    /** A document as bytes, as it would be sent. */
    public static byte[] bytes(JsonNode json) {
        return Json.write(json);
    }

    /** A list of documents. */
    public static <T> ArrayNode list(List<T> items, Function<T, ObjectNode> writer) {
        return Exchange.list(items, writer);
    }

    public static ObjectNode of(MigrationReply reply) {
        return MigrationWriter.write(reply);
    }

    public static ObjectNode of(Migration migration) {
        return MigrationWriter.write(migration);
    }

    public static ObjectNode of(TestMigrationReply reply) {
        return MigrationWriter.write(reply);
    }

    public static ObjectNode of(MigrationEvent event) {
        return MigrationWriter.write(event);
    }

    public static ObjectNode of(Divergence divergence) {
        return MigrationWriter.write(divergence);
    }

    public static ObjectNode of(MigrationProgress progress) {
        return MovementWriter.write(progress);
    }

    public static ObjectNode of(Throttle throttle) {
        return MovementWriter.write(throttle);
    }

    public static ObjectNode of(ListErrorKeysReply reply) {
        return MovementWriter.write(reply);
    }

    public static ObjectNode of(VerificationResult result) {
        return MovementWriter.write(result);
    }

    public static ObjectNode of(UpdateTrafficReply reply) {
        return SteeringWriter.write(reply);
    }

    public static ObjectNode of(ToggleReply reply) {
        return SteeringWriter.write(reply);
    }

    public static ObjectNode of(RollbackInterlayReply reply) {
        return SteeringWriter.write(reply);
    }

    public static ObjectNode of(MigrationStanding standing) {
        return SteeringWriter.write(standing);
    }

    public static ObjectNode of(AuditEntry entry) {
        return AuditRoutes.write(entry);
    }

    public static ObjectNode of(Explanation explanation) {
        return ExplainJson.write(explanation);
    }

    public static ObjectNode of(GuardrailReport report) {
        return GuardrailJson.write(report);
    }

    public static ObjectNode of(Endpoint endpoint) {
        return CatalogWriter.write(endpoint);
    }

    public static ObjectNode of(Interlay interlay) {
        return CatalogWriter.write(interlay);
    }

    /** An interlay, and how the change reached the proxies. */
    public static ObjectNode of(InterlayReply reply) {
        return CatalogWriter.write(reply);
    }

    /** How a deletion reached the proxies. */
    public static ObjectNode of(DeleteReply reply) {
        ObjectNode json = Json.object();
        if (reply.hasRollout()) {
            json.set("rollout", MigrationWriter.write(reply.getRollout()));
        }
        return json;
    }

    public static ObjectNode of(Proxy proxy) {
        return CatalogWriter.write(proxy);
    }

    public static ObjectNode of(Token token) {
        return CatalogWriter.write(token);
    }

    public static ObjectNode of(CreateTokenReply reply) {
        return CatalogWriter.write(reply);
    }

    public static ObjectNode of(Version version) {
        return CatalogWriter.write(version);
    }
}
