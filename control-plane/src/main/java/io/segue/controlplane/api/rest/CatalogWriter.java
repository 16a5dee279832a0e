package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.service.Names;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.CreateTokenReply;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.InterlayReply;
import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.Token;
import io.segue.proto.v1.Version;

/** Writes the JSON of endpoints, interlays, proxies and tokens. */
final class CatalogWriter {
    private CatalogWriter() {}

    /** In the short form, or in the long one when reads have a connection of their own. */
    static ObjectNode write(Endpoint endpoint) {
        ObjectNode json = Json.object()
                .put("id", endpoint.getId())
                .put("uuid", endpoint.getUuid())
                .put("kind", endpoint.getKind())
                .put("description", endpoint.getDescription());
        if (endpoint.hasReadConn()) {
            ObjectNode config = json.putObject("config");
            config.set("write_conn", write(endpoint.getWriteConn()));
            config.set("read_conn", write(endpoint.getReadConn()));
        } else {
            json.set("config", write(endpoint.getWriteConn()));
        }
        return json.put("created_at", Times.toInstant(endpoint.getCreatedAt()).toString())
                .put("updated_at", Times.toInstant(endpoint.getUpdatedAt()).toString())
                .put("revision", endpoint.getRevision());
    }

    /** Everything but the password. */
    private static ObjectNode write(ConnectionConfig connection) {
        return Json.object()
                .put("host", connection.getHost())
                .put("port", connection.getPort())
                .put("username", connection.getUsername())
                .put("db", connection.getDb())
                .put("tls", connection.getTls());
    }

    /** An interlay, and how the change reached the proxies. */
    static ObjectNode write(InterlayReply reply) {
        ObjectNode json = write(reply.getInterlay());
        json.set("rollout", MigrationWriter.write(reply.getRollout()));
        return json;
    }

    static ObjectNode write(Interlay interlay) {
        ObjectNode json = Json.object()
                .put("id", interlay.getId())
                .put("uuid", interlay.getUuid())
                .put("description", interlay.getDescription())
                .put("endpoint", interlay.getEndpoint())
                .put("bind", interlay.getBind())
                .put("port", interlay.getPort())
                .put("instance_by", LabelsWriter.instanceBy(interlay.getInstanceBy()));
        json.set("labels", LabelsWriter.rules(interlay.getLabelsList()));
        return json.put("created_at", Times.toInstant(interlay.getCreatedAt()).toString())
                .put("updated_at", Times.toInstant(interlay.getUpdatedAt()).toString())
                .put("revision", interlay.getRevision());
    }

    static ObjectNode write(Proxy proxy) {
        return Json.object()
                .put("id", proxy.getId())
                .put("connected", proxy.getConnected())
                .put("acked_version", proxy.getAckedVersion())
                .put("target_version", proxy.getTargetVersion())
                .put("last_seen", Times.toInstant(proxy.getLastSeen()).toString())
                .put("region", proxy.getRegion())
                .put("instance", proxy.getInstance())
                .put("release", proxy.getRelease())
                .put("rejected_version", proxy.getRejectedVersion())
                .put("rejected_reason", proxy.getRejectedReason());
    }

    static ObjectNode write(Token token) {
        return Json.object()
                .put("id", token.getId())
                .put("role", Names.of(token.getRole()))
                .put("created_at", Times.toInstant(token.getCreatedAt()).toString())
                .put(
                        "expires_at",
                        token.hasExpiresAt()
                                ? Times.toInstant(token.getExpiresAt()).toString()
                                : null);
    }

    static ObjectNode write(CreateTokenReply reply) {
        return write(reply.getToken()).put("token", reply.getSecret());
    }

    static ObjectNode write(Version version) {
        return Json.object().put("version", version.getRelease()).put("config_version", version.getConfigVersion());
    }
}
