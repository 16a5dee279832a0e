package io.segue.controlplane.service;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Works out what an update with a field mask changes, given what is stored. */
final class UpdateMask {
    private static final String STRATEGY = "strategy";
    private static final String DESCRIPTION = "description";
    private static final String GUARDRAILS = "guardrails";
    private static final String EXPECTED =
            "strategy, description, guardrails, or strategy.TYPE.FIELD of the stored strategy";

    private UpdateMask() {}

    /** A mask of one field of the strategy: {@code of("canary", "read_percentage")}. */
    static FieldMask of(String type, String field) {
        return FieldMask.newBuilder()
                .addPaths(STRATEGY + "." + type + "." + field)
                .build();
    }

    /**
     * The request without a mask that says the same.
     *
     * @throws InvalidFieldException the mask names what cannot be changed, or asks for a strategy that is not there
     */
    static UpdateMigrationRequest resolved(UpdateMigrationRequest request, Migration stored) {
        if (!request.hasUpdateMask()) {
            return request;
        }
        List<String> paths = request.getUpdateMask().getPathsList();
        if (paths.isEmpty()) {
            throw new InvalidFieldException("update_mask", "no path", EXPECTED);
        }
        UpdateMigrationRequest.Builder resolved = request.toBuilder()
                .clearUpdateMask()
                .clearStrategy()
                .clearDescription()
                .clearGuardrails();
        for (String path : paths) {
            if (path.equals(DESCRIPTION)) {
                resolved.setDescription(request.getDescription());
            } else if (path.equals(GUARDRAILS)) {
                resolved.setGuardrails(request.getGuardrails());
            } else if (path.equals(STRATEGY)) {
                if (!request.hasStrategy()) {
                    throw new InvalidFieldException(STRATEGY, "nothing", "a strategy, because update_mask names it");
                }
                resolved.setStrategy(request.getStrategy());
            } else {
                Strategy base = resolved.hasStrategy() ? resolved.getStrategy() : stored.getStrategy();
                resolved.setStrategy(withField(path, base, request.getStrategy()));
            }
        }
        return resolved.build();
    }

    private static Strategy withField(String path, Strategy stored, Strategy given) {
        String[] parts = path.split("\\.", -1);
        @Nullable
        FieldDescriptor type = parts.length == 3 && parts[0].equals(STRATEGY)
                ? Strategy.getDescriptor().findFieldByName(parts[1])
                : null;
        @Nullable
        FieldDescriptor field = type == null || type.getJavaType() != FieldDescriptor.JavaType.MESSAGE
                ? null
                : type.getMessageType().findFieldByName(parts[2]);
        if (type == null || field == null) {
            throw new InvalidFieldException("update_mask", path, EXPECTED);
        }
        if (!stored.hasField(type)) {
            throw ServiceException.conflict("update_mask: " + path
                    + " (expected: a field of the stored strategy, which is " + Names.of(stored.getKindCase()) + ")");
        }
        Strategy.Builder changed = stored.toBuilder();
        Message.Builder inner = ((Message) stored.getField(type)).toBuilder();
        Message from = (Message) given.getField(type);
        if (field.isRepeated() || !field.hasPresence() || from.hasField(field)) {
            inner.setField(field, from.getField(field));
        } else {
            inner.clearField(field);
        }
        return changed.setField(type, inner.build()).build();
    }
}
