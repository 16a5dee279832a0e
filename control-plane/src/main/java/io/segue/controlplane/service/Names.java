package io.segue.controlplane.service;

import io.segue.core.migration.Status;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Role;
import io.segue.proto.v1.Strategy;
import java.util.Locale;

/** Between the constants of messages and the names in the API. */
public final class Names {
    private static final String STATUS = "MIGRATION_STATUS_";

    private Names() {}

    /** A role as the API writes it. */
    public static String of(Role role) {
        return strip(role, "ROLE_");
    }

    /** A status as the API writes it. */
    public static String of(MigrationStatus status) {
        return strip(status, STATUS);
    }

    /** A type of strategy as the API writes it. */
    public static String of(Strategy.KindCase type) {
        return strip(type, "");
    }

    /** {@code ROLE_ADMIN} without {@code ROLE_}, in lower case. */
    public static String strip(Enum<?> constant, String prefix) {
        String name = constant.name();
        return (name.startsWith(prefix) ? name.substring(prefix.length()) : name).toLowerCase(Locale.ROOT);
    }

    static Status status(MigrationStatus message) {
        return Status.valueOf(message.name().substring(STATUS.length()));
    }

    static MigrationStatus message(Status status) {
        return MigrationStatus.valueOf(STATUS + status.name());
    }
}
