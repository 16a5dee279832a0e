package io.segue.proxy.bootstrap;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.proxy.config.ConfigStatus;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.telemetry.Page;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Whether clients can be sent here: 200 once a configuration runs and all its listeners are open, else 503 and why. */
final class ReadyPage implements Page {
    private final Supplier<ConfigStatus> status;
    private final DataPlane dataPlane;
    private final BooleanSupplier stopping;

    ReadyPage(Supplier<ConfigStatus> status, DataPlane dataPlane, BooleanSupplier stopping) {
        this.status = status;
        this.dataPlane = dataPlane;
        this.stopping = stopping;
    }

    @Override
    public Reply show() {
        String reason = reason();
        ObjectNode page = JsonNodeFactory.instance.objectNode().put("ready", reason.isEmpty());
        if (!reason.isEmpty()) {
            page.put("reason", reason);
        }
        return Reply.json(reason.isEmpty() ? 200 : 503, page + "\n");
    }

    private String reason() {
        ConfigStatus now = status.get();
        if (stopping.getAsBoolean()) {
            return "stopping";
        }
        if (now.source() != ConfigStatus.Source.NONE) {
            return dataPlane.ready() ? "" : dataPlane.notReadyReason();
        }
        if (!now.rejectedReason().isEmpty()) {
            return "no configuration: version " + now.rejectedVersion() + " cannot be run: " + now.rejectedReason();
        }
        return now.linkError().isEmpty()
                ? "no configuration yet: waiting for the control plane"
                : "no configuration yet, and the control plane cannot be reached: " + now.linkError();
    }
}
