package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.InterlayReply;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.UpdateInterlayRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Changes interlays that are there. What operations are for stays as it is for as long as a migration routes them: it would move keys to the other
 * side without the care that a change of the strategy takes.
 */
final class InterlayChange {
    private final Records records;
    private final Changes changes;
    private final Clock clock;

    InterlayChange(Records records, Changes changes, Clock clock) {
        this.records = records;
        this.changes = changes;
        this.clock = clock;
    }

    /** Makes the change and waits for the proxies. */
    InterlayReply make(UpdateInterlayRequest request) {
        EndpointRules.text("description", request.getDescription());
        EndpointRules.labels(request.getInstanceBy(), request.getLabels().getRulesList());
        boolean labels = request.hasLabels() || request.getInstanceBy() != InstanceBy.INSTANCE_BY_UNSPECIFIED;
        if (!labels && !request.hasDescription()) {
            throw new InvalidFieldException(
                    "labels", "nothing", "labels, instance_by, a description, or several of them");
        }
        return changes.exclusively(() -> {
            Held<Interlay> held = records.interlay(request.getId());
            refuseStale(held.value(), request.getIfRevision());
            Interlay after = after(held.value(), request);
            List<Change> batch = new ArrayList<>();
            batch.add(Change.replace(
                    held.record(), after.toBuilder().clearRevision().build().toByteString()));
            if (labels) {
                batch.addAll(migrations(after));
            }
            return InterlayReply.newBuilder()
                    .setRollout(changes.roll(batch, refused -> List.of()))
                    .setInterlay(records.interlay(after.getId()).value())
                    .build();
        });
    }

    private Interlay after(Interlay before, UpdateInterlayRequest request) {
        Interlay.Builder after = before.toBuilder().setUpdatedAt(Times.of(clock.instant()));
        if (request.hasDescription()) {
            after.setDescription(request.getDescription());
        }
        if (request.getInstanceBy() != InstanceBy.INSTANCE_BY_UNSPECIFIED) {
            after.setInstanceBy(request.getInstanceBy());
        }
        if (request.hasLabels()) {
            after.clearLabels().addAllLabels(request.getLabels().getRulesList());
        }
        return after.build();
    }

    /** Migrations that have not begun take the new labels over; others refuse them. */
    private List<Change> migrations(Interlay after) {
        List<Change> batch = new ArrayList<>();
        for (Held<Migration> held : records.migrations()) {
            Migration migration = held.value();
            Migration.Builder changed = migration.toBuilder();
            for (MigrationInterlay.Builder moved : changed.getInterlaysBuilderList()) {
                if (moved.getInterlay().equals(after.getId())) {
                    moved.setInstanceBy(after.getInstanceBy()).clearLabels().addAllLabels(after.getLabelsList());
                }
            }
            boolean same = changed.build().equals(migration);
            if (same || !Migrations.isActive(migration)) {
                continue;
            }
            if (Names.status(migration.getStatus()).routesTraffic()) {
                throw ServiceException.conflict("labels and instance_by of interlay " + after.getId()
                        + " cannot be changed now: migration " + migration.getId() + " is "
                        + Names.of(migration.getStatus())
                        + " and routes its traffic by them; complete it or roll it back first");
            }
            batch.add(MigrationService.replace(held, changed));
        }
        return batch;
    }

    private static void refuseStale(Interlay stored, long revision) {
        if (revision != 0 && revision != stored.getRevision()) {
            throw new ServiceException(
                    Code.STALE_REVISION,
                    "interlay " + stored.getId() + " is at revision " + stored.getRevision() + " (expected: " + revision
                            + "); read it again",
                    Map.of("revision", stored.getRevision()));
        }
    }
}
