package io.segue.proxy.config;

import io.segue.core.labels.Labelling;
import io.segue.core.operation.CommandTemplate;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.core.wire.GuardrailMapper;
import io.segue.core.wire.LabelsMapper;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.ApiConfig;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.FieldType;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.Plan;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.ProxyConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Turns the configuration message into the records that the data plane runs. */
final class SnapshotMapper {
    private SnapshotMapper() {}

    /**
     * The snapshot of a message.
     *
     * @throws ConfigRejectedException it cannot be run; the message names interlay, field, value and expectation
     */
    static ProxySnapshot fromProto(ProxyConfig config) {
        List<InterlaySpec> interlays = new ArrayList<>(config.getInterlaysCount());
        for (InterlayConfig interlay : config.getInterlaysList()) {
            interlays.add(within("interlay " + interlay.getId(), () -> interlay(interlay)));
        }
        List<ApiSpec> apis = new ArrayList<>(config.getApisCount());
        for (ApiConfig api : config.getApisList()) {
            apis.add(within("api " + api.getId(), () -> api(api)));
        }
        return within("config", () -> new ProxySnapshot(config.getVersion(), interlays, apis));
    }

    private static InterlaySpec interlay(InterlayConfig message) {
        String id = Check.id("id", message.getId());
        int port = message.hasApiBinding()
                ? Check.range("port", message.getPort(), 0, 0)
                : Check.port("port", message.getPort());
        if (!message.hasEndpoint()) {
            throw new InvalidFieldException("endpoint", "nothing", "an endpoint");
        }
        EndpointSpec endpoint = within("endpoint", () -> endpoint(message.getEndpoint()));
        PlanSpec plan = message.hasPlan() ? within("plan", () -> plan(message.getPlan())) : null;
        InterlaySpec.ClientLogin login = message.hasLogin()
                ? new InterlaySpec.ClientLogin(
                        message.getLogin().getUsername(), message.getLogin().getPassword())
                : InterlaySpec.ClientLogin.of(endpoint.write());
        InterlaySpec.PreparedSpec prepared =
                message.hasPrepared() ? within("prepared", () -> prepared(message.getPrepared())) : null;
        Labelling labelling = LabelsMapper.fromProto(message.getInstanceBy(), message.getLabelsList());
        return new InterlaySpec(
                id, message.getBind(), port, endpoint, login, labelling, plan, message.getAcceptDivergence(), prepared);
    }

    private static ApiSpec api(ApiConfig message) {
        List<ApiSpec.Field> fields = new ArrayList<>();
        message.getFieldsList()
                .forEach(field ->
                        fields.add(new ApiSpec.Field(field.getName(), type(field.getType()), field.getRequired())));
        List<ApiSpec.Binding> bindings = new ArrayList<>();
        message.getBindingsList()
                .forEach(binding -> bindings.add(new ApiSpec.Binding(
                        binding.getBinding().getTemplate(),
                        binding.getInterlay(),
                        CommandTemplate.of("command", binding.getCommandList()),
                        binding.getBinding().getFieldsMap())));
        return new ApiSpec(Check.id("id", message.getId()), fields, bindings);
    }

    private static ApiSpec.Type type(FieldType type) {
        return switch (type) {
            case FIELD_TYPE_UNSPECIFIED, FIELD_TYPE_STRING -> ApiSpec.Type.STRING;
            case FIELD_TYPE_NUMBER -> ApiSpec.Type.NUMBER;
            case FIELD_TYPE_BOOLEAN -> ApiSpec.Type.BOOLEAN;
            case UNRECOGNIZED -> throw new InvalidFieldException("fields.type", type, "string, number or boolean");
        };
    }

    private static InterlaySpec.PreparedSpec prepared(Prepared message) {
        EndpointSpec endpoint = within("endpoint", () -> endpoint(message.getEndpoint()));
        PlanSpec plan = message.hasPlan() ? within("plan", () -> plan(message.getPlan())) : null;
        return new InterlaySpec.PreparedSpec(
                endpoint,
                plan,
                message.getAcceptDivergence(),
                message.getHold(),
                Integer.toUnsignedLong(message.getHoldLimitMs()));
    }

    private static PlanSpec plan(Plan message) {
        if (!message.hasNewEndpoint()) {
            throw new InvalidFieldException("new_endpoint", "nothing", "an endpoint");
        }
        EndpointSpec newEndpoint = within("new_endpoint", () -> endpoint(message.getNewEndpoint()));
        return new PlanSpec(
                message.getMigrationId(),
                message.getMigrationUuid(),
                newEndpoint,
                StrategyMapper.fromProto(message.getStrategy()),
                StrategyMapper.sampling(message.getStrategy()),
                GuardrailMapper.fromProto(message.getGuardrails()).orElse(null),
                false);
    }

    private static EndpointSpec endpoint(Endpoint message) {
        if (!message.hasWriteConn()) {
            throw new InvalidFieldException("write_conn", "nothing", "how to reach the server");
        }
        ServerAddress write = within("write_conn", () -> address(message.getWriteConn()));
        ServerAddress read = message.hasReadConn() ? within("read_conn", () -> address(message.getReadConn())) : null;
        return new EndpointSpec(message.getId(), message.getKind(), write, read);
    }

    private static ServerAddress address(ConnectionConfig message) {
        return new ServerAddress(
                message.getHost(),
                message.getPort(),
                message.getUsername(),
                message.getPassword(),
                message.getDb(),
                message.getTls());
    }

    /** Puts the place in front of what is wrong there. */
    private static <T> T within(String place, Supplier<T> body) {
        try {
            return body.get();
        } catch (InvalidFieldException | NotSupportedException | ConfigRejectedException e) {
            throw new ConfigRejectedException(place + ": " + e.getMessage(), e);
        }
    }
}
