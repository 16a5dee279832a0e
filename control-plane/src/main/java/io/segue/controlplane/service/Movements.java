package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MoveDirection;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementKind;
import io.segue.proto.v1.Strategy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What is stored of the movement of data. Who writes holds the turn of {@link Changes}. Thread-safe. */
final class Movements {
    private final Store store;

    Movements(Store store) {
        this.store = store;
    }

    /** The movement of a migration; empty if it has none. */
    Optional<Held<Movement>> of(Migration migration) {
        return store.get(Kind.MOVEMENT, migration.getUuid()).map(Movements::read);
    }

    static Held<Movement> read(StoredRecord record) {
        return new Held<>(Records.parse(record, Movement.parser()), record);
    }

    /** The strategy that the proxies run; empty if they serve OLD only. Means nothing for a migration that does not route traffic. */
    Optional<Strategy> inForce(Migration migration) {
        return inForce(migration, of(migration).map(Held::value));
    }

    static Optional<Strategy> inForce(Migration migration, Optional<Movement> movement) {
        if (movement.isEmpty()) {
            return Optional.of(migration.getStrategy());
        }
        return movement.filter(Movement::hasInForce).map(Movement::getInForce);
    }

    /** The change that writes a movement down, which must be as it was read. */
    static Change put(Migration migration, Optional<Held<Movement>> before, Movement after) {
        return before.<Change>map(held -> Change.replace(held.record(), after.toByteString()))
                .orElseGet(() -> Change.create(Kind.MOVEMENT, migration.getUuid(), after.toByteString()));
    }

    /** The changes that forget it. */
    static List<Change> forget(Migration migration) {
        return List.of(
                Change.delete(Kind.MOVEMENT, migration.getUuid()),
                Change.delete(Kind.VERIFICATION, migration.getUuid()));
    }

    /** What a mover does first for a migration with this data movement. */
    static MovementKind kind(DataMovement data) {
        return switch (data.getKindCase()) {
            case SNAPSHOT -> MovementKind.MOVEMENT_KIND_SNAPSHOT;
            case SCAN -> MovementKind.MOVEMENT_KIND_SCAN;
            case NONE, KIND_NOT_SET -> MovementKind.MOVEMENT_KIND_CHANGES_ONLY;
        };
    }

    /** Adds a mover of a kind, from OLD to NEW, for each pair of endpoints that has none of that kind yet. */
    static void addPairs(Migration migration, Movement.Builder movement, MovementKind kind) {
        pairs(migration, kind, Side.OLD).forEach(pair -> add(movement, pair));
    }

    /** Has the other side follow {@code authority}, from changes on: for each pair of endpoints that nobody follows yet. */
    static void addFollowers(Migration migration, Movement.Builder movement, Side authority) {
        boolean whole = migration.getData().hasScan() && !movement.getIncomplete();
        pairs(migration, MovementKind.MOVEMENT_KIND_CHANGES_ONLY, authority)
                .filter(pair -> movement.getPairsList().stream()
                        .noneMatch(known -> follows(known, authority) && sameEndpoints(known, pair)))
                .map(pair -> pair.toBuilder().setKeepExtras(!whole).build())
                .forEach(pair -> add(movement, pair));
    }

    private static Stream<MovedPair> pairs(Migration migration, MovementKind kind, Side authority) {
        return Components.active(migration).stream()
                .map(moved -> MovedPair.newBuilder()
                        .setOldEndpoint(moved.getOldEndpoint())
                        .setNewEndpoint(moved.getNewEndpoint())
                        .setKind(kind)
                        .setDirection(direction(authority))
                        .build())
                .distinct();
    }

    /** Adds a mover, or has one go on that was done. */
    private static void add(Movement.Builder movement, MovedPair pair) {
        for (MovedPair.Builder known : movement.getPairsBuilderList()) {
            if (same(known.build(), pair)) {
                known.setDone(false);
                return;
            }
        }
        movement.addPairs(pair);
    }

    /** Whether two records speak of the same mover, whatever its epoch. */
    static boolean same(MovedPair a, MovedPair b) {
        return sameEndpoints(a, b) && a.getKind() == b.getKind() && authority(a) == authority(b);
    }

    private static boolean sameEndpoints(MovedPair a, MovedPair b) {
        return a.getOldEndpoint().equals(b.getOldEndpoint())
                && a.getNewEndpoint().equals(b.getNewEndpoint());
    }

    private static MoveDirection direction(Side authority) {
        return authority == Side.OLD ? MoveDirection.MOVE_DIRECTION_FORWARD : MoveDirection.MOVE_DIRECTION_REVERSE;
    }

    /** The side that a mover follows. */
    static Side authority(MovedPair pair) {
        return pair.getDirection() == MoveDirection.MOVE_DIRECTION_REVERSE ? Side.NEW : Side.OLD;
    }

    /** As it is shown: never unspecified. */
    static MoveDirection direction(MovedPair pair) {
        return direction(authority(pair));
    }

    /** Whether some mover carries over what is written on OLD. */
    static boolean follows(Movement movement) {
        return follows(movement, Side.OLD);
    }

    /** Whether some mover carries over what is written on a side. */
    static boolean follows(Movement movement, Side authority) {
        return movement.getPairsList().stream().anyMatch(pair -> follows(pair, authority));
    }

    private static boolean follows(MovedPair pair, Side authority) {
        return !pair.getDone() && pair.getKind() != MovementKind.MOVEMENT_KIND_SNAPSHOT && authority(pair) == authority;
    }
}
