package io.segue.controlplane.api.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.Identity;
import io.segue.proto.v1.AuditEntry;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A call that is written down when it ends: if it changes something, or was refused for want of rights. */
final class AuditedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private static final List<String> LOOKING = List.of("Get", "List", "Watch", "Stream", "Explain");

    private final AuditLog audit;
    // gRPC calls everything of one call one after another.
    private final AuditEntry.Builder entry;
    private boolean written;

    AuditedCall(ServerCall<Q, R> call, AuditLog audit) {
        super(call);
        this.audit = audit;
        this.entry = AuditEntry.newBuilder()
                .setCall(call.getMethodDescriptor().getFullMethodName())
                .setRemote(String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                        .replaceFirst("^/", ""));
    }

    void calledBy(Identity caller) {
        entry.setActor(caller.token()).setRole(caller.role());
    }

    /** Also notes what the request is about. */
    ServerCall.Listener<Q> listening(ServerCall.Listener<Q> listener) {
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onMessage(Q message) {
                if (message instanceof Message request) {
                    entry.setTarget(text(request, "migration_id", "id", "endpoint", "interlay", "token"));
                    entry.setReason(text(request, "reason"));
                }
                super.onMessage(message);
            }
        };
    }

    /** The first of these fields that is there: a text, or a message with an id. */
    private static String text(Message request, String... names) {
        for (String name : names) {
            @Nullable FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
            if (field == null || field.isRepeated()) {
                continue;
            }
            Object value = request.getField(field);
            String text = value instanceof Message inner ? text(inner, "id") : value.toString();
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }

    @Override
    public void close(Status status, Metadata trailers) {
        boolean refused =
                status.getCode() == Status.Code.UNAUTHENTICATED || status.getCode() == Status.Code.PERMISSION_DENIED;
        if (!written && (refused || changes())) {
            written = true;
            audit.record(entry.setOutcome(status.isOk() ? "ok" : outcome(status))
                    .setMessage(status.getDescription() == null ? "" : status.getDescription())
                    .build());
        }
        super.close(status, trailers);
    }

    private boolean changes() {
        String method = String.valueOf(getMethodDescriptor().getBareMethodName());
        return LOOKING.stream().noneMatch(method::startsWith);
    }

    private static String outcome(Status status) {
        return status.getCode().name().toLowerCase(Locale.ROOT);
    }
}
