package io.segue.proxy.config;

import io.segue.core.validation.Check;
import org.jspecify.annotations.Nullable;

/**
 * A database.
 *
 * @param id its name
 * @param kind the protocol: {@code "redis"}
 * @param write where writes go, and reads too unless {@code read} is set
 * @param read where reads go; null: to {@code write}
 */
public record EndpointSpec(
        String id,
        String kind,
        ServerAddress write,
        @Nullable ServerAddress read) {
    public EndpointSpec {
        Check.id("id", id);
        Check.notEmpty("kind", kind);
    }

    /** Where reads go. */
    public ServerAddress readOrWrite() {
        return read == null ? write : read;
    }
}
