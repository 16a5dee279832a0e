package io.segue.loadtest.redis;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A redis-server program that runs on this machine.
 *
 * @param path the executable
 * @param version as it states itself, "7.0.15"
 * @param origin where it comes from
 */
public record RedisBinary(Path path, String version, Origin origin) {
    /** Where a program comes from, in the order of preference. */
    public enum Origin {
        /** The environment variable SEGUE_REDIS_SERVER. */
        ENVIRONMENT,
        /** The PATH. */
        INSTALLED,
        /** The Maven artifact that Segue depends on. */
        BUNDLED
    }

    @Override
    public String toString() {
        return "redis-server " + version + " (" + origin.name().toLowerCase(Locale.ROOT) + ", " + path + ")";
    }
}
