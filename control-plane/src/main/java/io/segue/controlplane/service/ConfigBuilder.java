package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Snapshot;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.ApiConfig;
import io.segue.proto.v1.Component;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.Plan;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.Strategy;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes down, from one snapshot of the store, all that a proxy runs. Interlays are ordered by id. */
final class ConfigBuilder {
    private static final Kind[] KINDS = {
        Kind.ENDPOINT,
        Kind.ENDPOINT_SECRET,
        Kind.INTERLAY,
        Kind.INTERLAY_SECRET,
        Kind.TEMPLATE,
        Kind.API,
        Kind.MIGRATION,
        Kind.MOVEMENT,
        Kind.HOLD
    };

    private final Store store;
    private final EndpointVault vault;

    ConfigBuilder(Store store, EndpointVault vault) {
        this.store = store;
        this.vault = vault;
    }

    /** The configuration as of now. */
    ProxyConfig build() {
        Snapshot snapshot = store.snapshot(KINDS);
        ProxyConfig.Builder config = build(snapshot).toBuilder();
        Map<String, Prepared> prepared = vault.hold(snapshot);
        for (InterlayConfig.Builder interlay : config.getInterlaysBuilderList()) {
            Prepared next = prepared.get(interlay.getId());
            if (next != null) {
                interlay.setPrepared(next);
            }
        }
        return config.build();
    }

    /** The configuration as it would be after {@code changes}; its version means nothing. */
    ProxyConfig preview(List<Change> changes) {
        return build(Overlay.of(store.snapshot(KINDS), changes));
    }

    private ProxyConfig build(Snapshot snapshot) {
        Map<String, Endpoint> endpoints = endpoints(snapshot);
        Map<String, StoredRecord> logins = byKey(snapshot, Kind.INTERLAY_SECRET);
        Map<String, Plan> plans = plans(snapshot, endpoints);
        Set<String> forced = forced(snapshot);
        ProxyConfig.Builder config = ProxyConfig.newBuilder().setVersion(snapshot.configVersion());
        for (StoredRecord record : snapshot.of(Kind.INTERLAY)) {
            Interlay interlay = Records.interlay(record).value();
            InterlayConfig.Builder entry = config.addInterlaysBuilder()
                    .setId(interlay.getId())
                    .setBind(interlay.getBind())
                    .setPort(interlay.getPort())
                    .setEndpoint(required(endpoints, interlay.getEndpoint()))
                    .setInstanceBy(interlay.getInstanceBy())
                    .addAllLabels(interlay.getLabelsList());
            if (interlay.hasApiBinding()) {
                entry.setApiBinding(interlay.getApiBinding());
            }
            vault.login(interlay, Optional.ofNullable(logins.get(interlay.getId())))
                    .ifPresent(entry::setLogin);
            Plan plan = plans.get(interlay.getId());
            if (plan == null) {
                entry.setAcceptDivergence(forced.contains(interlay.getId()));
            } else {
                entry.setPlan(plan);
            }
        }
        apis(snapshot, config);
        return config.build();
    }

    private static void apis(Snapshot snapshot, ProxyConfig.Builder config) {
        Map<String, StoredRecord> templates = byKey(snapshot, Kind.TEMPLATE);
        for (StoredRecord record : snapshot.of(Kind.API)) {
            Api api = Records.api(record).value();
            ApiConfig.Builder entry = config.addApisBuilder().setId(api.getId()).addAllFields(api.getFieldsList());
            for (int i = 0; i < api.getBindingsCount(); i++) {
                StoredRecord template = templates.get(api.getBindings(i).getTemplate());
                if (template == null) {
                    throw new IllegalStateException(
                            "template " + api.getBindings(i).getTemplate() + " is in use and not stored");
                }
                entry.addBindingsBuilder()
                        .setBinding(api.getBindings(i))
                        .setInterlay(ApiService.interlayOf(api.getId(), i))
                        .addAllCommand(Records.template(template).value().getCommandList());
            }
        }
    }

    private Map<String, Endpoint> endpoints(Snapshot snapshot) {
        Map<String, StoredRecord> secrets = byKey(snapshot, Kind.ENDPOINT_SECRET);
        Map<String, Endpoint> endpoints = new HashMap<>();
        for (StoredRecord record : snapshot.of(Kind.ENDPOINT)) {
            Endpoint endpoint = Records.endpoint(record).value();
            endpoints.put(record.key(), vault.revealed(endpoint, Optional.ofNullable(secrets.get(record.key()))));
        }
        return endpoints;
    }

    private static Map<String, StoredRecord> byKey(Snapshot snapshot, Kind kind) {
        return snapshot.of(kind).stream().collect(Collectors.toMap(StoredRecord::key, Function.identity()));
    }

    private static Map<String, Plan> plans(Snapshot snapshot, Map<String, Endpoint> endpoints) {
        Map<String, StoredRecord> movements = byKey(snapshot, Kind.MOVEMENT);
        Map<String, Plan> plans = new HashMap<>();
        for (StoredRecord record : snapshot.of(Kind.MIGRATION)) {
            Migration migration = Records.migration(record).value();
            Optional<Movement> movement = Optional.ofNullable(movements.get(migration.getUuid()))
                    .map(found -> Movements.read(found).value());
            Optional<Strategy> inForce = Movements.inForce(migration, movement);
            if (!Names.status(migration.getStatus()).routesTraffic() || inForce.isEmpty()) {
                continue;
            }
            for (MigrationInterlay moved : Components.active(migration)) {
                Plan.Builder plan = Plan.newBuilder()
                        .setMigrationId(migration.getId())
                        .setMigrationUuid(migration.getUuid())
                        .setNewEndpoint(required(endpoints, moved.getNewEndpoint()))
                        .setStrategy(inForce.get());
                if (migration.hasGuardrails()) {
                    plan.setGuardrails(migration.getGuardrails());
                }
                plans.put(moved.getInterlay(), plan.build());
            }
        }
        return plans;
    }

    /** The interlays whose last migration was ended by force. */
    private static Set<String> forced(Snapshot snapshot) {
        Set<String> forced = new HashSet<>();
        snapshot.of(Kind.MIGRATION).stream()
                .map(record -> Records.migration(record).value())
                .sorted(Comparator.comparing(migration -> Times.toInstant(migration.getUpdatedAt())))
                .forEach(migration -> {
                    List<String> interlays = migration.getInterlaysList().stream()
                            .map(MigrationInterlay::getInterlay)
                            .toList();
                    if (migration.getForced()) {
                        forced.addAll(interlays);
                    } else {
                        interlays.forEach(forced::remove);
                    }
                    migration.getComponentsList().stream()
                            .filter(Component::getForced)
                            .map(Component::getInterlay)
                            .forEach(forced::add);
                });
        return forced;
    }

    private static Endpoint required(Map<String, Endpoint> endpoints, String id) {
        Endpoint endpoint = endpoints.get(id);
        if (endpoint == null) {
            throw new IllegalStateException("endpoint " + id + " is in use and not stored");
        }
        return endpoint;
    }
}
