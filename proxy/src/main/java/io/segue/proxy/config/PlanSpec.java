package io.segue.proxy.config;

import io.segue.core.operation.Sampling;
import io.segue.core.strategy.Strategy;
import io.segue.core.validation.Check;

/**
 * What one interlay needs of the migration that moves it.
 *
 * @param migrationId its name
 * @param migrationUuid salt of the buckets
 * @param newEndpoint the NEW side
 * @param strategy who goes where
 * @param sampling what is sampled where the strategy speaks of a percentage
 */
public record PlanSpec(
        String migrationId, String migrationUuid, EndpointSpec newEndpoint, Strategy strategy, Sampling sampling) {
    public PlanSpec {
        Check.id("migration_id", migrationId);
        Check.notEmpty("migration_uuid", migrationUuid);
    }

    /** Keys are sampled. */
    public PlanSpec(String migrationId, String migrationUuid, EndpointSpec newEndpoint, Strategy strategy) {
        this(migrationId, migrationUuid, newEndpoint, strategy, Sampling.KEY);
    }
}
