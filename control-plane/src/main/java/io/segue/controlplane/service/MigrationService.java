package io.segue.controlplane.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.migration.Status;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.wire.GuardrailMapper;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.AddApiRequest;
import io.segue.proto.v1.AddInterlayRequest;
import io.segue.proto.v1.BigBang;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Divergence;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.FailureHandling;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.NoDataMovement;
import io.segue.proto.v1.RollbackAll;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Defines migrations; {@link MigrationRunner} runs them. Thread-safe. What it throws, {@link Failures#of} explains. */
public final class MigrationService {
    static final String FORCE = ", or repeat the call with \"force\": true";

    private final Records records;
    private final Changes changes;
    private final EventLog events;
    private final Divergences divergences;
    private final StrategyChange strategies;
    private final Movers movers;
    private final ApiMoves apiMoves;
    private final Clock clock;
    private final IdempotencyKeys keys;

    MigrationService(
            Records records,
            Changes changes,
            EventLog events,
            Divergences divergences,
            StrategyChange strategies,
            Movers movers,
            ApiMoves apiMoves,
            Clock clock) {
        this.records = records;
        this.changes = changes;
        this.events = events;
        this.divergences = divergences;
        this.strategies = strategies;
        this.movers = movers;
        this.apiMoves = apiMoves;
        this.clock = clock;
        this.keys = new IdempotencyKeys(records, clock);
    }

    /** Makes a migration. It moves nothing until it has interlays and is started. */
    public MigrationReply create(Identity actor, CreateMigrationRequest request) {
        Check.id("id", request.getId());
        EndpointRules.text("description", request.getDescription());
        Strategy strategy = request.hasStrategy()
                ? request.getStrategy()
                : Strategy.newBuilder().setBigBang(BigBang.getDefaultInstance()).build();
        StrategyMapper.fromProto(strategy);
        refuseExecuted(strategy, Strategy.getDefaultInstance());
        DataMovement data = data(request);
        Throttles.check("data.throttle.", data.getThrottle());
        if (request.hasGuardrails()
                && GuardrailMapper.fromProto(request.getGuardrails()).isEmpty()) {
            throw new InvalidFieldException("guardrails", "no limit", "at least one limit");
        }
        IdempotencyKeys.check(request.getIdempotencyKey());
        return changes.exclusively(() -> {
            Optional<MigrationReply> answered = keys.answered(actor, request);
            if (answered.isPresent()) {
                return answered.get();
            }
            if (records.has(Kind.MIGRATION, request.getId())) {
                throw ServiceException.exists("migration", request.getId());
            }
            Timestamp now = Times.of(clock.instant());
            Migration.Builder defined = Migration.newBuilder()
                    .setId(request.getId())
                    .setUuid(UUID.randomUUID().toString())
                    .setDescription(request.getDescription())
                    .setStatus(MigrationStatus.MIGRATION_STATUS_PENDING)
                    .setStrategy(strategy)
                    .setData(data)
                    .setFailureHandling(failureHandling(request))
                    .setCreatedAt(now)
                    .setUpdatedAt(now);
            if (request.hasGuardrails()) {
                defined.setGuardrails(request.getGuardrails());
            }
            Migration made = defined.build();
            List<Change> batch = new ArrayList<>();
            batch.add(Change.create(Kind.MIGRATION, made.getId(), made.toByteString()));
            batch.add(events.record(
                    Migration.newBuilder().setUuid(made.getUuid()).build(), made.getStatus(), actor, "created", ""));
            batch.addAll(keys.remember(actor, request, created(made)));
            changes.store(batch);
            MigrationReply reply = created(records.migration(made.getId()).value());
            // Once more: the revision is known only now.
            changes.store(keys.remember(actor, request, reply));
            return reply;
        });
    }

    private static MigrationReply created(Migration stored) {
        return MigrationReply.newBuilder()
                .setMigration(stored)
                .addAllWarnings(Warnings.about(stored))
                .build();
    }

    private static DataMovement data(CreateMigrationRequest request) {
        return request.getData().getKindCase() == DataMovement.KindCase.KIND_NOT_SET
                ? request.getData().toBuilder()
                        .setNone(NoDataMovement.getDefaultInstance())
                        .build()
                : request.getData();
    }

    private static FailureHandling failureHandling(CreateMigrationRequest request) {
        return request.getFailureHandling().getKindCase() == FailureHandling.KindCase.KIND_NOT_SET
                ? FailureHandling.newBuilder()
                        .setRollbackAll(RollbackAll.getDefaultInstance())
                        .build()
                : request.getFailureHandling();
    }

    /** One migration, by id or uuid. */
    public Migration get(String id) {
        return records.migration(id).value();
    }

    /** All migrations, ordered by id. */
    public List<Migration> list() {
        return records.migrations().stream().map(Held::value).toList();
    }

    /** What happened to a migration, oldest first. */
    public List<MigrationEvent> events(String id) {
        return events.of(get(id));
    }

    /** Keys whose two sides are not known to be equal, by the last reports of the proxies. */
    public Divergence divergence(String id, int sample) {
        Check.range("sample", sample, 0, 10_000);
        return divergences.of(get(id).getId(), sample);
    }

    /** Replaces the strategy, the description, or both. A running migration takes the new strategy to the proxies. */
    public MigrationReply update(Identity actor, UpdateMigrationRequest request) {
        return update(actor, request, before -> {});
    }

    /** As {@link #update(Identity, UpdateMigrationRequest)}; {@code seen} is told, within the turn, what is about to be changed. */
    MigrationReply update(Identity actor, UpdateMigrationRequest request, Consumer<Migration> seen) {
        EndpointRules.text("description", request.getDescription());
        EndpointRules.text("reason", request.getReason());
        if (!request.hasUpdateMask()
                && !request.hasStrategy()
                && !request.hasDescription()
                && !request.hasGuardrails()) {
            throw new InvalidFieldException(
                    "strategy", "nothing", "a strategy, a description, guardrails, or several of them");
        }
        GuardrailMapper.fromProto(request.getGuardrails());
        StrategyChange.Look look = lookBefore(checked(request, get(request.getId())));
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(request.getId());
            seen.accept(held.value());
            return update(actor, checked(request, held.value()), held, look);
        });
    }

    /** The request without its mask; what a mask leaves of a strategy is checked like one that was given whole. */
    private static UpdateMigrationRequest checked(UpdateMigrationRequest request, Migration stored) {
        UpdateMigrationRequest resolved = UpdateMask.resolved(request, stored);
        if (resolved.hasStrategy()) {
            StrategyMapper.fromProto(resolved.getStrategy());
        }
        return resolved;
    }

    /** Before the turn is taken: a server that does not answer must not keep other changes waiting. */
    private StrategyChange.Look lookBefore(UpdateMigrationRequest request) {
        Migration asked = get(request.getId());
        return pushes(asked, request)
                ? strategies.look(asked, request.getStrategy(), request.getForce())
                : StrategyChange.Look.NONE;
    }

    private static boolean pushes(Migration migration, UpdateMigrationRequest request) {
        return request.hasStrategy()
                && Names.status(migration.getStatus()).routesTraffic()
                && !request.getStrategy().equals(migration.getStrategy());
    }

    private MigrationReply update(
            Identity actor, UpdateMigrationRequest request, Held<Migration> held, StrategyChange.Look look) {
        Migration before = held.value();
        refuseStale(before, request.getIfRevision());
        if (!actor.equals(Identity.SYSTEM)) {
            refuseExecuted(request.getStrategy(), before.getStrategy());
        }
        Migration.Builder after = before.toBuilder().setUpdatedAt(Times.of(clock.instant()));
        if (request.hasDescription()) {
            after.setDescription(request.getDescription());
        }
        String what = "change the description";
        if (request.hasStrategy()) {
            Migrations.moved(before, Event.CHANGE);
            after.setStrategy(request.getStrategy());
            what = Event.CHANGE.call();
        }
        if (request.hasGuardrails()) {
            guard(after, request);
            what = request.hasStrategy() ? what : "change the guardrails";
        }
        if (pushes(before, request)) {
            return strategies.make(actor, request, held, after, look);
        }
        List<Change> batch = List.of(
                replace(held, after), events.record(before, before.getStatus(), actor, what, request.getReason()));
        MigrationReply.Builder reply = MigrationReply.newBuilder();
        if (request.hasGuardrails() && Names.status(before.getStatus()).routesTraffic()) {
            // A proxy must know them before it is alone.
            reply.setRollout(changes.roll(batch, refused -> List.of()));
        } else {
            changes.store(batch);
        }
        return reply.setMigration(get(before.getId())).build();
    }

    private static void guard(Migration.Builder after, UpdateMigrationRequest request) {
        if (GuardrailMapper.fromProto(request.getGuardrails()).isEmpty()) {
            after.clearGuardrails();
        } else {
            after.setGuardrails(request.getGuardrails());
        }
    }

    /** That a window's switch has happened is for the control plane to say. */
    private static void refuseExecuted(Strategy wanted, Strategy stored) {
        if (wanted.getTimeWindow().getExecuted() && !stored.getTimeWindow().getExecuted()) {
            throw new InvalidFieldException(
                    "strategy.executed",
                    true,
                    "false: it becomes true when the switch has happened, inside the window");
        }
    }

    private static void refuseStale(Migration stored, long revision) {
        if (revision != 0 && revision != stored.getRevision()) {
            throw new ServiceException(
                    Code.STALE_REVISION,
                    "migration " + stored.getId() + " is at revision " + stored.getRevision() + " (expected: "
                            + revision + "); read it again",
                    Map.of("revision", stored.getRevision()));
        }
    }

    /** Removes a migration that does not route traffic. */
    public void delete(String id) {
        changes.exclusively(() -> {
            Held<Migration> held = records.migration(id);
            Migrations.moved(held.value(), Event.DELETE);
            List<Change> batch = new ArrayList<>(events.forget(held.value()));
            batch.add(Change.delete(Kind.MIGRATION, held.value().getId()));
            batch.addAll(Movements.forget(held.value()));
            changes.store(batch);
            movers.forget(held.value());
            return held;
        });
    }

    /** Says that an interlay moves, and where to. */
    public MigrationReply addInterlay(Identity actor, AddInterlayRequest request) {
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(request.getMigrationId());
            Migration before = held.value();
            Interlay interlay = records.interlay(request.getInterlay()).value();
            if (interlay.hasApiBinding()) {
                throw ServiceException.notFound("interlay", request.getInterlay());
            }
            Check.notEmpty("endpoint", request.getEndpoint());
            Endpoint to = records.endpoint(request.getEndpoint()).value();
            Endpoint from = records.endpoint(interlay.getEndpoint()).value();
            Status status = Migrations.moved(before, Event.ADD);
            refuseTaken(before, interlay.getId());
            refuseUnfit(from, to);
            Migration.Builder after = before.toBuilder()
                    .setStatus(Names.message(status))
                    .setUpdatedAt(Times.of(clock.instant()))
                    .addInterlays(MigrationInterlay.newBuilder()
                            .setInterlay(interlay.getId())
                            .setNewEndpoint(to.getId())
                            .setOldEndpoint(from.getId())
                            .setInstanceBy(interlay.getInstanceBy())
                            .addAllLabels(interlay.getLabelsList()));
            changes.store(List.of(
                    replace(held, after),
                    events.record(before, after.getStatus(), actor, Event.ADD.call(), "interlay " + interlay.getId())));
            return MigrationReply.newBuilder().setMigration(get(before.getId())).build();
        });
    }

    /** Says that an API moves, and to which templates. */
    public MigrationReply addApi(Identity actor, AddApiRequest request) {
        return changes.exclusively(() -> {
            Held<Migration> held = records.migration(request.getMigrationId());
            Migration before = held.value();
            List<MigrationInterlay> moves = apiMoves.moves(request);
            Status status = Migrations.moved(before, Event.ADD);
            for (MigrationInterlay moved : moves) {
                refuseTaken(before, moved.getInterlay());
                refuseUnfit(
                        records.endpoint(moved.getOldEndpoint()).value(),
                        records.endpoint(moved.getNewEndpoint()).value());
            }
            Migration.Builder after = before.toBuilder()
                    .setStatus(Names.message(status))
                    .setUpdatedAt(Times.of(clock.instant()))
                    .addAllInterlays(moves);
            changes.store(List.of(
                    replace(held, after),
                    events.record(before, after.getStatus(), actor, Event.ADD.call(), "api " + request.getApi())));
            return MigrationReply.newBuilder().setMigration(get(before.getId())).build();
        });
    }

    private void refuseTaken(Migration migration, String interlay) {
        for (Held<Migration> other : records.migrations()) {
            boolean has = other.value().getInterlaysList().stream()
                    .anyMatch(moved -> moved.getInterlay().equals(interlay));
            if (!has || !Migrations.isActive(other.value())) {
                continue;
            }
            if (other.value().getId().equals(migration.getId())) {
                throw new ServiceException(
                        Code.ALREADY_EXISTS,
                        "interlay " + interlay + " is in migration " + migration.getId() + " already");
            }
            throw ServiceException.conflict("interlay " + interlay + " is in another active migration: "
                    + other.value().getId() + " (" + Names.of(other.value().getStatus())
                    + "); complete it, roll it back or delete it first");
        }
    }

    private static void refuseUnfit(Endpoint from, Endpoint to) {
        if (from.getId().equals(to.getId())) {
            throw new InvalidFieldException("endpoint", to.getId(), "another endpoint than the interlay uses today");
        }
        if (!from.getKind().equals(to.getKind())) {
            throw new InvalidFieldException(
                    "endpoint", to.getId() + " of kind " + to.getKind(), "an endpoint of kind " + from.getKind());
        }
    }

    static Change replace(Held<Migration> held, Migration.Builder after) {
        ByteString body = after.clone().clearRevision().build().toByteString();
        return Change.replace(held.record(), body);
    }

    static String undone(String proxy, String reason) {
        return "undone: proxy " + proxy + " refused: " + reason;
    }
}
