package io.segue.controlplane.service;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.ConflictRule;
import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Feed;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.MovementKind;
import java.io.IOException;
import java.nio.file.Path;

/** Says what a mover shall do, from what is stored of its migration. */
final class MoverSpecs {
    private final Records records;
    private final EndpointVault vault;
    private final Movements movements;
    private final Limits limits;

    MoverSpecs(Records records, EndpointVault vault, Movements movements, Limits limits) {
        this.records = records;
        this.vault = vault;
        this.movements = movements;
        this.limits = limits;
    }

    /**
     * What to ask a mover for, or to look for with a probe.
     *
     * @param checkpoint the mover's own folder
     */
    MoverSpec of(Migration migration, MovedPair pair, Path checkpoint) {
        DataMovement data = migration.getData();
        boolean forward = Movements.authority(pair) == Side.OLD;
        return new MoverSpec(
                migration.getId(),
                migration.getUuid(),
                pair.getEpoch(),
                revealed(forward ? pair.getOldEndpoint() : pair.getNewEndpoint()),
                revealed(forward ? pair.getNewEndpoint() : pair.getOldEndpoint()),
                movement(pair.getKind()),
                // What stood on NEW before is a matter of the first copy only; and the feed was chosen for OLD.
                forward ? rule(data) : ConflictRule.CONFLICT_RULE_REPLACE,
                forward ? feed(data.getFeed()) : FeedChoice.AUTO,
                checkpoint,
                Throttles.ceilings(data.getThrottle()),
                limits.settle().toMillis(),
                !pair.getKeepExtras() && (forward || alone(migration, pair)),
                () -> latest(migration, pair));
    }

    /** Whether all that writes OLD goes to the same NEW: what others write there was never on NEW, and need not be. */
    private boolean alone(Migration migration, MovedPair pair) {
        return records.interlays().stream()
                .map(Held::value)
                .filter(interlay -> interlay.getEndpoint().equals(pair.getOldEndpoint()))
                .allMatch(interlay -> migration.getInterlaysList().stream()
                        .anyMatch(moved -> moved.getInterlay().equals(interlay.getId())
                                && moved.getNewEndpoint().equals(pair.getNewEndpoint())));
    }

    /** The epoch of the last mover that was made for a pair; higher than any if none may be at work any more. */
    private long latest(Migration migration, MovedPair pair) throws IOException {
        try {
            return movements
                    .of(migration)
                    .flatMap(stored -> stored.value().getPairsList().stream()
                            .filter(one -> Movements.same(one, pair))
                            .findFirst())
                    .map(MovedPair::getEpoch)
                    .orElse(Long.MAX_VALUE);
        } catch (RuntimeException e) {
            throw new IOException("the store does not tell which mover is the last: " + e.getMessage(), e);
        }
    }

    private Endpoint revealed(String endpoint) {
        return vault.revealed(records.endpoint(endpoint).value());
    }

    private static Movement movement(MovementKind kind) {
        return switch (kind) {
            case MOVEMENT_KIND_SNAPSHOT -> Movement.SNAPSHOT;
            case MOVEMENT_KIND_SCAN -> Movement.SCAN;
            case MOVEMENT_KIND_CHANGES_ONLY -> Movement.CHANGES_ONLY;
            case MOVEMENT_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalStateException("a pair of unknown kind is stored: " + kind);
        };
    }

    private static ConflictRule rule(DataMovement data) {
        return switch (data.getKindCase()) {
            case SNAPSHOT -> known(data.getSnapshot().getReplace());
            case SCAN -> known(data.getScan().getReplace());
            // What both sides are written with has OLD's value on both.
            case NONE, KIND_NOT_SET -> ConflictRule.CONFLICT_RULE_REPLACE;
        };
    }

    private static ConflictRule known(ConflictRule rule) {
        return rule == ConflictRule.CONFLICT_RULE_UNSPECIFIED ? ConflictRule.CONFLICT_RULE_NONE : rule;
    }

    private static FeedChoice feed(Feed feed) {
        return switch (feed) {
            case FEED_TRACKING -> FeedChoice.TRACKING;
            case FEED_PSYNC -> FeedChoice.PSYNC;
            case FEED_UNSPECIFIED, FEED_AUTO, UNRECOGNIZED -> FeedChoice.AUTO;
        };
    }
}
