package io.segue.controlplane.service;

import com.google.protobuf.Timestamp;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.time.Times;
import io.segue.core.operation.CommandTemplate;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.ApiBinding;
import io.segue.proto.v1.ApiField;
import io.segue.proto.v1.ApiReply;
import io.segue.proto.v1.Binding;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.Rollout;
import io.segue.proto.v1.Template;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Templates and APIs. Each binding of an API has an interlay of its own, which only the proxy itself connects to: so APIs are routed, held and
 * migrated by the same code as any other traffic. Thread-safe. What it throws, {@link Failures#of} explains.
 */
public final class ApiService {
    /** Interlays of APIs are named {@code api.ID.N}; no other may be. */
    static final String RESERVED = "api.";

    private static final int LONGEST_ID = 100;
    private static final int MOST_FIELDS = 256;
    private static final int MOST_BINDINGS = 64;
    private static final Pattern FIELD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    private final Records records;
    private final EndpointVault vault;
    private final Changes changes;
    private final Clock clock;

    ApiService(Records records, EndpointVault vault, Changes changes, Clock clock) {
        this.records = records;
        this.vault = vault;
        this.changes = changes;
        this.clock = clock;
    }

    /** Makes a template. Server-assigned fields of the request are ignored. */
    public Template createTemplate(Template request) {
        Check.id("id", request.getId());
        EndpointRules.text("description", request.getDescription());
        CommandTemplate.of("template", request.getCommandList());
        Check.notEmpty("endpoint", request.getEndpoint());
        return changes.exclusively(() -> {
            if (records.has(Kind.TEMPLATE, request.getId())) {
                throw ServiceException.exists("template", request.getId());
            }
            Timestamp now = Times.of(clock.instant());
            Template made = request.toBuilder()
                    .setUuid(UUID.randomUUID().toString())
                    .setEndpoint(records.endpoint(request.getEndpoint()).value().getId())
                    .setCreatedAt(now)
                    .setUpdatedAt(now)
                    .clearRevision()
                    .build();
            changes.store(List.of(Change.create(Kind.TEMPLATE, made.getId(), made.toByteString())));
            return records.template(made.getId()).value();
        });
    }

    /** One template, by id or uuid. */
    public Template template(String id) {
        return records.template(id).value();
    }

    /** All templates, ordered by id. */
    public List<Template> templates() {
        return records.templates().stream().map(Held::value).toList();
    }

    /** Removes a template that nothing uses. */
    public void deleteTemplate(String id) {
        changes.exclusively(() -> {
            String found = records.template(id).value().getId();
            for (Held<Api> api : records.apis()) {
                if (api.value().getBindingsList().stream()
                        .anyMatch(binding -> binding.getTemplate().equals(found))) {
                    throw ServiceException.conflict("template " + found + " is in use by API "
                            + api.value().getId());
                }
            }
            for (Held<Migration> migration : records.migrations()) {
                boolean used = migration.value().getInterlaysList().stream()
                        .anyMatch(moved ->
                                moved.getApi().getBinding().getTemplate().equals(found));
                if (used && Migrations.isActive(migration.value())) {
                    throw ServiceException.conflict("template " + found + " is in use by migration "
                            + migration.value().getId());
                }
            }
            changes.store(List.of(Change.delete(Kind.TEMPLATE, found)));
            return found;
        });
    }

    /** Makes an API, and waits until the proxies serve it. */
    public ApiReply createApi(Api request) {
        check(request);
        return changes.exclusively(() -> {
            if (records.has(Kind.API, request.getId())) {
                throw ServiceException.exists("api", request.getId());
            }
            Timestamp now = Times.of(clock.instant());
            Api made = request.toBuilder()
                    .setUuid(UUID.randomUUID().toString())
                    .setCreatedAt(now)
                    .setUpdatedAt(now)
                    .clearRevision()
                    .build();
            List<Change> batch = new ArrayList<>();
            batch.add(Change.create(Kind.API, made.getId(), made.toByteString()));
            for (int i = 0; i < made.getBindingsCount(); i++) {
                Template template = bound("bindings[" + i + "]", made, made.getBindings(i));
                Endpoint endpoint = records.endpoint(template.getEndpoint()).value();
                batch.addAll(vault.create(interlay(made, i, endpoint, now), endpoint));
            }
            Rollout rollout = changes.roll(batch, refused -> List.of());
            return ApiReply.newBuilder()
                    .setApi(records.api(made.getId()).value())
                    .setRollout(rollout)
                    .build();
        });
    }

    /** Name of the interlay that serves a binding. */
    static String interlayOf(String api, int binding) {
        return RESERVED + api + "." + binding;
    }

    private static Interlay interlay(Api api, int binding, Endpoint endpoint, Timestamp now) {
        return Interlay.newBuilder()
                .setId(interlayOf(api.getId(), binding))
                .setUuid(UUID.randomUUID().toString())
                .setEndpoint(endpoint.getId())
                .setBind("127.0.0.1")
                .setApiBinding(ApiBinding.newBuilder()
                        .setApi(api.getId())
                        .setTemplate(api.getBindings(binding).getTemplate()))
                .setCreatedAt(now)
                .setUpdatedAt(now)
                .build();
    }

    private static void check(Api api) {
        Check.id("id", api.getId());
        Check.range("id, characters", api.getId().length(), 1, LONGEST_ID);
        EndpointRules.text("description", api.getDescription());
        Check.range("fields, number", api.getFieldsCount(), 0, MOST_FIELDS);
        Check.range("bindings, number", api.getBindingsCount(), 1, MOST_BINDINGS);
        Set<String> names = new HashSet<>();
        for (ApiField field : api.getFieldsList()) {
            if (!FIELD.matcher(field.getName()).matches()) {
                throw new InvalidFieldException(
                        "fields.name", field.getName(), "1 to 64 letters, digits and '_', not starting with a digit");
            }
            if (!names.add(field.getName())) {
                throw new InvalidFieldException("fields.name", field.getName(), "each name once");
            }
            EndpointRules.text("fields.description", field.getDescription());
        }
        Set<String> templates = new HashSet<>();
        for (Binding binding : api.getBindingsList()) {
            if (!templates.add(binding.getTemplate())) {
                throw new InvalidFieldException("bindings.template", binding.getTemplate(), "each template once");
            }
        }
    }

    /**
     * The template of a binding, every field of which comes from a field of the API.
     *
     * @param path what the caller calls the binding
     */
    Template bound(String path, Api api, Binding binding) {
        Template template = records.template(Check.notEmpty(path + ".template", binding.getTemplate()))
                .value();
        Set<String> places =
                CommandTemplate.of("template", template.getCommandList()).fields();
        binding.getFieldsMap().forEach((place, field) -> {
            if (!places.contains(place)) {
                throw new InvalidFieldException(
                        path + ".fields." + place, field, "a field of template " + template.getId() + ": " + places);
            }
        });
        for (String place : places) {
            String field = binding.getFieldsOrDefault(place, place);
            Optional<ApiField> found = api.getFieldsList().stream()
                    .filter(one -> one.getName().equals(field))
                    .findFirst();
            if (found.isEmpty() || !found.get().getRequired()) {
                throw new InvalidFieldException(
                        path + ".fields." + place,
                        field,
                        "a required field of API " + api.getId() + ", since template " + template.getId()
                                + " cannot do without it");
            }
        }
        return template;
    }

    /** One API, by id or uuid. */
    public Api api(String id) {
        return records.api(id).value();
    }

    /** All APIs, ordered by id. */
    public List<Api> apis() {
        return records.apis().stream().map(Held::value).toList();
    }

    /** Removes an API that no migration uses; the proxies stop serving it. */
    public Rollout deleteApi(String id) {
        return changes.exclusively(() -> {
            Api found = records.api(id).value();
            refuseMoving(found.getId());
            List<Change> batch = new ArrayList<>();
            batch.add(Change.delete(Kind.API, found.getId()));
            for (int i = 0; i < found.getBindingsCount(); i++) {
                batch.add(Change.delete(Kind.INTERLAY, interlayOf(found.getId(), i)));
                batch.add(Change.delete(Kind.INTERLAY_SECRET, interlayOf(found.getId(), i)));
            }
            return changes.roll(batch, refused -> List.of());
        });
    }

    private void refuseMoving(String api) {
        for (Held<Migration> migration : records.migrations()) {
            boolean moves = migration.value().getInterlaysList().stream()
                    .map(MigrationInterlay::getApi)
                    .anyMatch(move -> move.getApi().equals(api));
            if (moves && Migrations.isActive(migration.value())) {
                throw ServiceException.conflict("api " + api + " is in use by migration "
                        + migration.value().getId());
            }
        }
    }
}
