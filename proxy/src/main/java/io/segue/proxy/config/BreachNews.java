package io.segue.proxy.config;

/**
 * Guardrails that were breached while the proxy had no control plane.
 *
 * @param reason the figures
 * @param sinceMs when, milliseconds since the Unix epoch
 * @param readsAtAuthority whether every key is read at its authority since then; false: it was so already
 */
public record BreachNews(
        String interlayId, String migrationId, String reason, long sinceMs, boolean readsAtAuthority) {}
