package io.segue.controlplane.service;

import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.BlueGreen;
import io.segue.proto.v1.Canary;
import io.segue.proto.v1.Component;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationStanding;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.RollbackInterlayReply;
import io.segue.proto.v1.RollbackInterlayRequest;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.ToggleReply;
import io.segue.proto.v1.ToggleRequest;
import io.segue.proto.v1.UpdateMigrationRequest;
import io.segue.proto.v1.UpdateTrafficReply;
import io.segue.proto.v1.UpdateTrafficRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Short calls for what is done most often to a running migration. Thread-safe. What it throws, {@link Failures#of} explains. */
public final class Steering {
    private final Services services;

    Steering(Services services) {
        this.services = services;
    }

    /** Changes the read share of a canary, and nothing else of it; by any step, up or down. */
    public UpdateTrafficReply traffic(Identity actor, UpdateTrafficRequest request) {
        if (!request.hasReadPercentage()) {
            throw new InvalidFieldException("read_percentage", "nothing", "0.0 to 1.0");
        }
        Check.share("read_percentage", request.getReadPercentage());
        requireType(request.getId(), "change the traffic of", Strategy.KindCase.CANARY);
        UpdateMigrationRequest update = request(
                        request.getId(), request.getReason(), request.getForce(), request.getIfRevision())
                .setStrategy(Strategy.newBuilder()
                        .setCanary(Canary.newBuilder().setReadPercentage(request.getReadPercentage())))
                .setUpdateMask(UpdateMask.of("canary", "read_percentage"))
                .build();
        AtomicReference<Migration> before = new AtomicReference<>(Migration.getDefaultInstance());
        MigrationReply reply = services.migrations().update(actor, update, before::set);
        return UpdateTrafficReply.newBuilder()
                .setMigrationId(reply.getMigration().getId())
                .setOldPercentage(before.get().getStrategy().getCanary().getReadPercentage())
                .setNewPercentage(reply.getMigration().getStrategy().getCanary().getReadPercentage())
                .setReply(reply)
                .build();
    }

    /** Makes OLD or NEW the active side of a blue_green. */
    public ToggleReply toggle(Identity actor, ToggleRequest request) {
        if (!request.hasActivateNew()) {
            throw new InvalidFieldException("activate_new", "nothing", "true (NEW) or false (OLD)");
        }
        requireType(request.getId(), "toggle", Strategy.KindCase.BLUE_GREEN);
        UpdateMigrationRequest update = request(
                        request.getId(), request.getReason(), request.getForce(), request.getIfRevision())
                .setStrategy(Strategy.newBuilder()
                        .setBlueGreen(BlueGreen.newBuilder().setActiveIsNew(request.getActivateNew())))
                .setUpdateMask(UpdateMask.of("blue_green", "active_is_new"))
                .build();
        AtomicReference<Migration> before = new AtomicReference<>(Migration.getDefaultInstance());
        MigrationReply reply = services.migrations().update(actor, update, before::set);
        Migration after = reply.getMigration();
        BlueGreen now = after.getStrategy().getBlueGreen();
        ToggleReply.Builder told = ToggleReply.newBuilder()
                .setMigrationId(after.getId())
                .setPreviousActive(active(before.get().getStrategy().getBlueGreen()))
                .setNewActive(active(now))
                .setUpdatedAt(after.getUpdatedAt())
                .setUpdatedBy(actor.token())
                .setReply(reply);
        if (now.hasWriteMode()) {
            told.setWriteMode(now.getWriteMode());
        }
        return told.build();
    }

    private static UpdateMigrationRequest.Builder request(String id, String reason, boolean force, long revision) {
        return UpdateMigrationRequest.newBuilder()
                .setId(id)
                .setReason(reason)
                .setForce(force)
                .setIfRevision(revision);
    }

    private static String active(BlueGreen strategy) {
        return strategy.getActiveIsNew() ? "new" : "old";
    }

    private void requireType(String id, String call, Strategy.KindCase wanted) {
        Migration migration = services.migrations().get(id);
        Strategy.KindCase actual = migration.getStrategy().getKindCase();
        if (actual != wanted) {
            throw ServiceException.conflict("cannot " + call + " migration " + migration.getId() + ": strategy.type: "
                    + Names.of(actual) + " (expected: " + Names.of(wanted) + ")");
        }
    }

    /** Takes one interlay back to OLD; the others go on. The last one takes the migration with it. */
    public RollbackInterlayReply rollbackInterlay(Identity actor, RollbackInterlayRequest request) {
        Migration migration = services.migrations().get(request.getId());
        String interlay = member(migration, request.getInterlay());
        MigrationReply reply = services.runner()
                .rollbackInterlay(
                        actor,
                        MigrationCall.newBuilder()
                                .setId(migration.getId())
                                .setReason(request.getReason())
                                .setForce(request.getForce())
                                .build(),
                        interlay);
        Migration after = reply.getMigration();
        return RollbackInterlayReply.newBuilder()
                .setMigrationId(migration.getId())
                .setInterlayId(interlay)
                .setStatus(MigrationStatus.MIGRATION_STATUS_ROLLED_BACK)
                .setRolledBackAt(
                        Components.of(after, interlay).map(Component::getSince).orElse(after.getUpdatedAt()))
                .setReason(request.getReason())
                .setReply(reply)
                .build();
    }

    private String member(Migration migration, String wanted) {
        List<String> members = migration.getInterlaysList().stream()
                .map(MigrationInterlay::getInterlay)
                .toList();
        String id = members.contains(wanted)
                ? wanted
                : services.catalog().interlay(wanted).getId();
        if (!members.contains(id)) {
            throw new ServiceException(
                    Code.NOT_FOUND,
                    "interlay " + id + " is not in migration " + migration.getId() + " (expected: one of " + members
                            + ")");
        }
        return id;
    }

    /** Has the movers looked at now. */
    public MigrationReply refresh(String id) {
        services.movement().look(id);
        return MigrationReply.newBuilder()
                .setMigration(services.migrations().get(id))
                .build();
    }

    /** Where a migration stands. */
    public MigrationStanding standing(String id) {
        Migration migration = services.migrations().get(id);
        MigrationProgress progress = services.movement().progress(migration.getUuid());
        long divergent =
                services.migrations().divergence(migration.getUuid(), 1).getCount();
        boolean moves = progress.getStage() != MovementStage.MOVEMENT_STAGE_UNSPECIFIED;
        return MigrationStanding.newBuilder()
                .setMigrationId(migration.getId())
                .setStatus(migration.getStatus())
                .setStatusReason(migration.getStatusReason())
                .setPhase(moves ? Names.strip(progress.getStage(), "MOVEMENT_STAGE_") : Names.of(migration.getStatus()))
                .setReplicationLagMs(progress.getTotal().getLagMs())
                .addAllSource(migration.getInterlaysList().stream()
                        .map(MigrationInterlay::getOldEndpoint)
                        .distinct()
                        .toList())
                .addAllTarget(migration.getInterlaysList().stream()
                        .map(MigrationInterlay::getNewEndpoint)
                        .distinct()
                        .toList())
                .setDivergentKeys(divergent)
                .setReadyForCutover(migration.getStatus() == MigrationStatus.MIGRATION_STATUS_RUNNING
                        && divergent == 0
                        && (!moves || progress.getCaughtUp()))
                .build();
    }
}
