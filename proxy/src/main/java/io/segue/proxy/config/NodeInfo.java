package io.segue.proxy.config;

import io.segue.core.validation.Check;

/**
 * Who this proxy is.
 *
 * @param id unique among the proxies
 * @param region empty if it has none
 * @param instance empty if it has none
 * @param release of the program
 */
public record NodeInfo(String id, String region, String instance, String release) {
    public NodeInfo {
        Check.id("--node-id", id);
    }
}
