package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.ClientLogin;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.CreateTokenRequest;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Role;
import io.segue.proto.v1.UpdateInterlayRequest;

/** Reads the JSON of endpoints, interlays and tokens. */
final class CatalogReader {
    private static final int REDIS_PORT = 6_379;

    private CatalogReader() {}

    /** {@code {"id", "kind", "config": {"host", …}}} or {@code {"endpoint", "kind", "config": {"write_conn": {…}, "read_conn": …}}}. */
    static Endpoint endpoint(Fields fields) {
        Endpoint.Builder endpoint = Endpoint.newBuilder()
                .setId(id(fields))
                .setKind(EnumNames.snake(fields.required("kind")))
                .setDescription(fields.textOr("description", ""));
        Fields config = fields.object("config")
                .orElseThrow(() -> new InvalidFieldException("config", "nothing", "an object with host and port"));
        if (config.has("write_conn")) {
            config.object("write_conn").map(CatalogReader::connection).ifPresent(endpoint::setWriteConn);
            config.object("read_conn").map(CatalogReader::connection).ifPresent(endpoint::setReadConn);
            config.finish();
        } else {
            endpoint.setWriteConn(connection(config));
        }
        fields.finish();
        return endpoint.build();
    }

    private static String id(Fields fields) {
        if (fields.has("id") && fields.has("endpoint")) {
            throw new InvalidFieldException("endpoint", fields.required("endpoint"), "either id or endpoint, not both");
        }
        return fields.has("endpoint") ? fields.required("endpoint") : fields.required("id");
    }

    private static ConnectionConfig connection(Fields fields) {
        ConnectionConfig connection = ConnectionConfig.newBuilder()
                .setHost(fields.required("host"))
                .setPort(fields.whole("port").orElse(REDIS_PORT))
                .setUsername(fields.textOr("username", ""))
                .setPassword(fields.secret("password"))
                .setDb(fields.whole("db").orElse(0))
                .setTls(tls(fields))
                .build();
        fields.finish();
        return connection;
    }

    private static boolean tls(Fields fields) {
        if (fields.value("tls").map(JsonNode::isObject).orElse(false)) {
            throw new NotSupportedException(
                    fields.path("tls") + ": certificates are not available in this release (expected: true or false)");
        }
        return fields.flag("tls").orElse(false);
    }

    static Interlay interlay(Fields fields) {
        Interlay.Builder interlay = Interlay.newBuilder()
                .setId(fields.required("id"))
                .setEndpoint(fields.required("endpoint"))
                .setDescription(fields.textOr("description", ""))
                .setBind(fields.textOr("bind", ""))
                .setPort(fields.whole("port")
                        .orElseThrow(() -> new InvalidFieldException("port", "nothing", "1 to 65535")));
        fields.object("login").map(CatalogReader::login).ifPresent(interlay::setLogin);
        LabelsReader.instanceBy(fields).ifPresent(interlay::setInstanceBy);
        LabelsReader.labels(fields).ifPresent(labels -> interlay.addAllLabels(labels.getRulesList()));
        fields.object("settings").ifPresent(settings -> {
            if (!settings.isEmpty()) {
                throw new NotSupportedException("settings: not available in this release (expected: absent or {})");
            }
        });
        if (fields.value("tls")
                .map(tls -> !tls.isBoolean() || tls.booleanValue())
                .orElse(false)) {
            throw new NotSupportedException("tls: not available in this release (expected: null or false)");
        }
        fields.finish();
        return interlay.build();
    }

    static UpdateInterlayRequest updateInterlay(String id, long revision, Fields fields) {
        UpdateInterlayRequest.Builder request =
                UpdateInterlayRequest.newBuilder().setId(id).setIfRevision(revision);
        fields.text("description").ifPresent(request::setDescription);
        LabelsReader.instanceBy(fields).ifPresent(request::setInstanceBy);
        LabelsReader.labels(fields).ifPresent(request::setLabels);
        fields.finish();
        return request.build();
    }

    private static ClientLogin login(Fields fields) {
        ClientLogin login = ClientLogin.newBuilder()
                .setUsername(fields.textOr("username", ""))
                .setPassword(fields.secret("password"))
                .build();
        fields.finish();
        return login;
    }

    static CreateTokenRequest token(Fields fields) {
        CreateTokenRequest.Builder request = CreateTokenRequest.newBuilder()
                .setId(fields.required("id"))
                .setRole(EnumNames.constant("role", fields.required("role"), Role.class, "ROLE_"));
        fields.moment("expires_at").ifPresent(request::setExpiresAt);
        fields.finish();
        return request.build();
    }
}
