package io.segue.controlplane.service;

import com.google.protobuf.Timestamp;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.InterlayReply;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.Rollout;
import io.segue.proto.v1.Template;
import io.segue.proto.v1.UpdateInterlayRequest;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Endpoints and interlays. Thread-safe. What it throws, {@link Failures#of} turns into the caller's error. Endpoints never leave it
 * with a password.
 */
public final class CatalogService {
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");

    private final Records records;
    private final EndpointVault vault;
    private final Changes changes;
    private final Clock clock;
    private final InterlayChange interlayChange;

    CatalogService(Records records, EndpointVault vault, Changes changes, Clock clock) {
        this.records = records;
        this.vault = vault;
        this.changes = changes;
        this.clock = clock;
        this.interlayChange = new InterlayChange(records, changes, clock);
    }

    /** Makes an endpoint. Server-assigned fields of the request are ignored. */
    public Endpoint createEndpoint(Endpoint request) {
        EndpointRules.check(request);
        return changes.exclusively(() -> {
            if (records.has(Kind.ENDPOINT, request.getId())) {
                throw ServiceException.exists("endpoint", request.getId());
            }
            Timestamp now = Times.of(clock.instant());
            changes.store(vault.create(request.toBuilder()
                    .setUuid(UUID.randomUUID().toString())
                    .setCreatedAt(now)
                    .setUpdatedAt(now)
                    .clearRevision()
                    .build()));
            return records.endpoint(request.getId()).value();
        });
    }

    /** One endpoint, by id or uuid. */
    public Endpoint endpoint(String id) {
        return records.endpoint(id).value();
    }

    /** All endpoints, ordered by id. */
    public List<Endpoint> endpoints() {
        return records.endpoints().stream().map(Held::value).toList();
    }

    /** Removes an endpoint that nothing uses. */
    public void deleteEndpoint(String id) {
        changes.exclusively(() -> {
            String found = records.endpoint(id).value().getId();
            refuseIfUsed(found);
            changes.store(List.of(Change.delete(Kind.ENDPOINT, found), Change.delete(Kind.ENDPOINT_SECRET, found)));
            return found;
        });
    }

    private void refuseIfUsed(String endpoint) {
        for (Held<Template> template : records.templates()) {
            if (template.value().getEndpoint().equals(endpoint)) {
                throw ServiceException.conflict("endpoint " + endpoint + " is in use by template "
                        + template.value().getId());
            }
        }
        for (Held<Interlay> interlay : records.interlays()) {
            if (interlay.value().getEndpoint().equals(endpoint)) {
                throw ServiceException.conflict("endpoint " + endpoint + " is in use by interlay "
                        + interlay.value().getId());
            }
        }
        for (Held<Migration> migration : records.migrations()) {
            boolean used = migration.value().getInterlaysList().stream()
                    .anyMatch(moved -> moved.getNewEndpoint().equals(endpoint)
                            || moved.getOldEndpoint().equals(endpoint));
            if (used && Migrations.isActive(migration.value())) {
                throw ServiceException.conflict("endpoint " + endpoint + " is in use by migration "
                        + migration.value().getId());
            }
        }
    }

    /** Makes an interlay and waits until the proxies listen. */
    public InterlayReply createInterlay(Interlay request) {
        Interlay wanted = request.getBind().isEmpty()
                ? request.toBuilder().setBind("127.0.0.1").build()
                : request;
        EndpointRules.check(wanted);
        if (wanted.getId().startsWith(ApiService.RESERVED)) {
            throw new InvalidFieldException(
                    "id",
                    wanted.getId(),
                    "an id that does not start with " + ApiService.RESERVED + ", which is for APIs");
        }
        return changes.exclusively(() -> {
            if (records.has(Kind.INTERLAY, wanted.getId())) {
                throw ServiceException.exists("interlay", wanted.getId());
            }
            Endpoint endpoint = records.endpoint(wanted.getEndpoint()).value();
            refuseIfTaken(wanted);
            Timestamp now = Times.of(clock.instant());
            Interlay made = wanted.toBuilder()
                    .setUuid(UUID.randomUUID().toString())
                    .setEndpoint(endpoint.getId())
                    .setCreatedAt(now)
                    .setUpdatedAt(now)
                    .clearRevision()
                    .build();
            Rollout rollout = changes.roll(vault.create(made, endpoint), refused -> List.of());
            return InterlayReply.newBuilder()
                    .setInterlay(records.interlay(made.getId()).value())
                    .setRollout(rollout)
                    .build();
        });
    }

    /** Changes an interlay and waits until the proxies have taken it over. */
    public InterlayReply updateInterlay(UpdateInterlayRequest request) {
        return interlayChange.make(request);
    }

    private void refuseIfTaken(Interlay wanted) {
        for (Held<Interlay> other : records.interlays()) {
            if (other.value().hasApiBinding()) {
                continue;
            }
            String bind = other.value().getBind();
            boolean overlap = bind.equals(wanted.getBind())
                    || ANY_ADDRESS.contains(bind)
                    || ANY_ADDRESS.contains(wanted.getBind());
            if (other.value().getPort() == wanted.getPort() && overlap) {
                throw ServiceException.conflict("port " + wanted.getPort() + " is taken by interlay "
                        + other.value().getId());
            }
        }
    }

    /** One interlay, by id or uuid. */
    public Interlay interlay(String id) {
        Interlay found = records.interlay(id).value();
        if (found.hasApiBinding()) {
            // What serves an API comes and goes with it.
            throw ServiceException.notFound("interlay", id);
        }
        return found;
    }

    /** All interlays that applications connect to, ordered by id. */
    public List<Interlay> interlays() {
        return records.interlays().stream()
                .map(Held::value)
                .filter(interlay -> !interlay.hasApiBinding())
                .toList();
    }

    /** Removes an interlay that no migration uses; the proxies stop listening. */
    public Rollout deleteInterlay(String id) {
        return changes.exclusively(() -> {
            String found = interlay(id).getId();
            for (Held<Migration> migration : records.migrations()) {
                if (Migrations.isActive(migration.value()) && moves(migration.value(), found)) {
                    throw ServiceException.conflict("interlay " + found + " is in use by migration "
                            + migration.value().getId());
                }
            }
            return changes.roll(
                    List.of(Change.delete(Kind.INTERLAY, found), Change.delete(Kind.INTERLAY_SECRET, found)),
                    refused -> List.of());
        });
    }

    private static boolean moves(Migration migration, String interlay) {
        return migration.getInterlaysList().stream()
                .map(MigrationInterlay::getInterlay)
                .anyMatch(interlay::equals);
    }
}
