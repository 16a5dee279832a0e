package io.segue.proxy.bootstrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.proxy.config.ConfigStatus;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.HostPort;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.PlanSpec;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.telemetry.Page;
import java.util.function.Supplier;

/** What this proxy runs, in the words of the API, with secrets masked. */
final class ConfigPage implements Page {
    private final ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final ProxyOptions options;
    private final Supplier<ConfigStatus> status;

    ConfigPage(ProxyOptions options, Supplier<ConfigStatus> status) {
        this.options = options;
        this.status = status;
    }

    @Override
    public Reply show() {
        ConfigStatus now = status.get();
        ObjectNode page = json.createObjectNode()
                .put("node", options.nodeId())
                .put("version", now.version())
                .put("source", now.source().label());
        page.putObject("stream")
                .put("control_plane", options.controlPlane().toString())
                .put("connected", now.connected())
                .put("last_error", now.linkError())
                .put("rejected_version", now.rejectedVersion())
                .put("rejected_reason", now.rejectedReason())
                .put("cache_error", now.cacheError());
        ArrayNode interlays = page.putArray("interlays");
        now.snapshot().interlays().forEach(interlay -> interlay(interlays.addObject(), interlay));
        try {
            return Reply.json(200, json.writeValueAsString(page) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values cannot fail to print", e);
        }
    }

    private static void interlay(ObjectNode node, InterlaySpec interlay) {
        node.put("id", interlay.id()).put("listen", new HostPort(interlay.bind(), interlay.port()).toString());
        endpoint(node.putObject("endpoint"), interlay.endpoint());
        node.put("instance_by", interlay.labelling().byShard() ? "shard" : "proxy")
                .put("label_rules", interlay.labelling().rules().rules().size());
        PlanSpec plan = interlay.plan();
        if (plan == null) {
            node.putNull("plan");
        } else {
            ObjectNode planNode = node.putObject("plan")
                    .put("migration", plan.migrationId())
                    .put("migration_uuid", plan.migrationUuid());
            endpoint(planNode.putObject("new_endpoint"), plan.newEndpoint());
            StrategyPage.write(planNode.putObject("strategy"), plan.strategy(), plan.sampling());
            planNode.put("reads_at_authority", plan.readsAtAuthority());
        }
    }

    private static void endpoint(ObjectNode node, EndpointSpec endpoint) {
        node.put("id", endpoint.id()).put("kind", endpoint.kind());
        address(node.putObject("write_conn"), endpoint.write());
        if (endpoint.read() != null) {
            address(node.putObject("read_conn"), endpoint.read());
        }
    }

    private static void address(ObjectNode node, ServerAddress address) {
        node.put("host", address.host())
                .put("port", address.port())
                .put("username", address.username())
                .put("password", address.maskedPassword())
                .put("db", address.db())
                .put("tls", address.tls());
    }
}
