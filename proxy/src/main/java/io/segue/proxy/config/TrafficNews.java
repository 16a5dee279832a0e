package io.segue.proxy.config;

import io.segue.core.guardrail.Traffic;

/**
 * The traffic of one interlay that a migration moves, since the last report.
 *
 * @param traffic of both sides
 */
public record TrafficNews(String interlayId, String migrationId, Traffic traffic) {}
