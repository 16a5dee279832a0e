package io.segue.controlplane.push;

import io.segue.proto.v1.Proxy;
import io.segue.proto.v1.ProxyReport;

/**
 * What is known of a proxy.
 *
 * @param proxy who and how far
 * @param report its last report; empty before the first
 */
public record ProxyView(Proxy proxy, ProxyReport report) {}
