package io.segue.controlplane.service;

import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.core.wire.LabelsMapper;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.LabelRule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** What endpoints and interlays may look like. */
final class EndpointRules {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:%-]{1,253}");
    private static final int MAX_DB = 16_383;
    private static final int MAX_TEXT = 4_096;

    private EndpointRules() {}

    static void check(Endpoint endpoint) {
        Check.id("id", endpoint.getId());
        kind(endpoint.getKind());
        text("description", endpoint.getDescription());
        if (!endpoint.hasWriteConn()) {
            throw new InvalidFieldException("config", "nothing", "host and port, or write_conn");
        }
        check("config", endpoint.getWriteConn());
        if (endpoint.hasReadConn()) {
            check("config.read_conn", endpoint.getReadConn());
        }
    }

    static void check(Interlay interlay) {
        Check.id("id", interlay.getId());
        Check.notEmpty("endpoint", interlay.getEndpoint());
        text("description", interlay.getDescription());
        host("bind", interlay.getBind());
        Check.port("port", interlay.getPort());
        if (interlay.hasLogin()) {
            login(
                    "login",
                    interlay.getLogin().getUsername(),
                    interlay.getLogin().getPassword());
        }
        labels(interlay.getInstanceBy(), interlay.getLabelsList());
    }

    /** What an interlay says about its operations. */
    static void labels(InstanceBy instanceBy, List<LabelRule> rules) {
        LabelsMapper.fromProto(instanceBy, rules);
        for (int i = 0; i < rules.size(); i++) {
            boolean byTemplate = !rules.get(i).getTemplate().isEmpty();
            if (byTemplate || !rules.get(i).getApi().isEmpty()) {
                // The gateway's requests reach the interlay like those of any client, and do not say what they are part
                // of.
                throw new NotSupportedException("labels[" + i + "]." + (byTemplate ? "template" : "api")
                        + ": not available in this release (expected: key, key_prefix, command, client, user or db)");
            }
        }
    }

    /** A text of reasonable size. */
    static String text(String field, String value) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_TEXT) {
            throw new InvalidFieldException(field, bytes + " bytes", "at most " + MAX_TEXT + " bytes");
        }
        return value;
    }

    private static void kind(String kind) {
        switch (kind) {
            case "redis" -> {}
            case "postgres" ->
                throw new NotSupportedException("kind: postgres is not available in this release (expected: redis)");
            default -> throw new InvalidFieldException("kind", kind.isEmpty() ? "\"\"" : kind, "redis");
        }
    }

    private static void check(String path, ConnectionConfig connection) {
        host(path + ".host", connection.getHost());
        Check.port(path + ".port", connection.getPort());
        Check.range(path + ".db", connection.getDb(), 0, MAX_DB);
        login(path, connection.getUsername(), connection.getPassword());
    }

    private static void login(String path, String username, String password) {
        text(path + ".username", username);
        if (password.length() > MAX_TEXT) {
            throw new InvalidFieldException(path + ".password", "a longer one", "at most " + MAX_TEXT + " characters");
        }
        if (!username.isEmpty() && password.isEmpty()) {
            throw new InvalidFieldException(path + ".password", "\"\"", "a value, because username is set");
        }
    }

    private static void host(String field, String value) {
        if (!HOST.matcher(value).matches()) {
            throw new InvalidFieldException(
                    field, value.isEmpty() ? "\"\"" : value, "a host name or an IP address, without a port");
        }
    }
}
