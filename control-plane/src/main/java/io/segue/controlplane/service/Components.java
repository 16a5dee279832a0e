package io.segue.controlplane.service;

import com.google.protobuf.Timestamp;
import io.segue.proto.v1.Component;
import io.segue.proto.v1.ComponentState;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The parts of a migration: its interlays. A part goes the migration's way unless it was rolled back alone; then its traffic is on OLD and
 * stays there, whatever becomes of the rest.
 */
public final class Components {
    private Components() {}

    /** The parts that go the migration's way. */
    public static List<MigrationInterlay> active(Migration migration) {
        return migration.getInterlaysList().stream()
                .filter(moved -> !rolledBack(migration, moved.getInterlay()))
                .toList();
    }

    /** Whether a part was rolled back alone. */
    static boolean rolledBack(Migration migration, String interlay) {
        return of(migration, interlay)
                .filter(component -> component.getState() == ComponentState.COMPONENT_STATE_ROLLED_BACK)
                .isPresent();
    }

    /** What is to be said of a part beyond what is to be said of the migration. */
    public static Optional<Component> of(Migration migration, String interlay) {
        return migration.getComponentsList().stream()
                .filter(component -> component.getInterlay().equals(interlay))
                .findFirst();
    }

    /** The status of a part in the API's words. */
    public static String status(Migration migration, String interlay) {
        return of(migration, interlay)
                .map(component -> Names.strip(component.getState(), "COMPONENT_STATE_"))
                .orElseGet(() -> Names.of(migration.getStatus()));
    }

    /** The parts that share both databases with some of {@code interlays}, these included: their keys are the same keys. */
    static Set<String> sharing(Migration migration, Set<String> interlays) {
        Set<Pair> pairs = migration.getInterlaysList().stream()
                .filter(moved -> interlays.contains(moved.getInterlay()))
                .map(Pair::of)
                .collect(Collectors.toSet());
        return active(migration).stream()
                .filter(moved -> pairs.contains(Pair.of(moved)))
                .map(MigrationInterlay::getInterlay)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The migration with another state of some of its parts. */
    static Migration.Builder with(
            Migration migration,
            Set<String> interlays,
            ComponentState state,
            String reason,
            boolean forced,
            Timestamp now) {
        Migration.Builder after = migration.toBuilder().clearComponents();
        migration.getComponentsList().stream()
                .filter(component -> !interlays.contains(component.getInterlay()))
                .forEach(after::addComponents);
        interlays.forEach(interlay -> after.addComponents(Component.newBuilder()
                .setInterlay(interlay)
                .setState(state)
                .setReason(reason)
                .setForced(forced)
                .setSince(now)));
        return after;
    }

    /** The two databases of a part. */
    record Pair(String oldEndpoint, String newEndpoint) {
        static Pair of(MigrationInterlay moved) {
            return new Pair(moved.getOldEndpoint(), moved.getNewEndpoint());
        }
    }
}
