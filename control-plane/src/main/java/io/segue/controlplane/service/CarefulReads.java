package io.segue.controlplane.service;

import io.segue.proto.v1.Strategy;

/**
 * The first of the two steps in which writes to both sides are opened: the same strategy, but that nobody reads from NEW yet. Writes, labels and
 * buckets are as they will be.
 */
final class CarefulReads {
    private CarefulReads() {}

    /** The strategy without its reads from NEW. */
    static Strategy of(Strategy strategy) {
        Strategy.Builder careful = strategy.toBuilder();
        switch (strategy.getKindCase()) {
            case CANARY -> careful.getCanaryBuilder().setReadPercentage(0.0);
            case BLUE_GREEN -> careful.getBlueGreenBuilder().setActiveIsNew(false);
            case ROLLING_UPDATE -> careful.getRollingUpdateBuilder().clearMigratedInstances();
            case STRANGLER_FIG -> careful.getStranglerFigBuilder().clearFeatures();
            case FEATURE_FLAG -> careful.getFeatureFlagBuilder().setRolloutPercentage(0.0);
            case GEOGRAPHIC -> careful.getGeographicBuilder().clearRegions();
            case TIME_WINDOW -> careful.getTimeWindowBuilder().setExecuted(false);
            // Nobody reads from the side that follows.
            case BIG_BANG, SHADOW_TRAFFIC, KIND_NOT_SET -> {}
        }
        return careful.build();
    }
}
