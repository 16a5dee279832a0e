package io.segue.proxy.config;

import io.segue.core.guardrail.Guardrails;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.Strategy;
import io.segue.core.validation.Check;
import org.jspecify.annotations.Nullable;

/**
 * What one interlay needs of the migration that moves it.
 *
 * @param migrationId its name
 * @param migrationUuid salt of the buckets
 * @param newEndpoint the NEW side
 * @param strategy who goes where
 * @param sampling what is sampled where the strategy speaks of a percentage
 * @param guardrails what NEW must keep to; null: nothing
 * @param readsAtAuthority whether every key is read at its authority, whatever the strategy says: the proxy itself has decided so while it
 *     was alone
 */
public record PlanSpec(
        String migrationId,
        String migrationUuid,
        EndpointSpec newEndpoint,
        Strategy strategy,
        Sampling sampling,
        @Nullable Guardrails guardrails,
        boolean readsAtAuthority) {
    public PlanSpec {
        Check.id("migration_id", migrationId);
        Check.notEmpty("migration_uuid", migrationUuid);
    }

    /** Without guardrails. */
    public PlanSpec(
            String migrationId, String migrationUuid, EndpointSpec newEndpoint, Strategy strategy, Sampling sampling) {
        this(migrationId, migrationUuid, newEndpoint, strategy, sampling, null, false);
    }

    /** Keys are sampled; without guardrails. */
    public PlanSpec(String migrationId, String migrationUuid, EndpointSpec newEndpoint, Strategy strategy) {
        this(migrationId, migrationUuid, newEndpoint, strategy, Sampling.KEY);
    }

    /** The same, but that every key is read at its authority. */
    PlanSpec careful() {
        return new PlanSpec(migrationId, migrationUuid, newEndpoint, strategy, sampling, guardrails, true);
    }
}
