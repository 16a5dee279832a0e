package io.segue.controlplane.push;

import java.util.List;
import java.util.Optional;

/**
 * How far a version has come.
 *
 * @param acknowledged proxies that run it
 * @param silent connected proxies that have not answered
 * @param disconnected known proxies without a stream
 * @param rejection the first proxy that refused it, if any did
 */
public record Arrival(
        List<String> acknowledged, List<String> silent, List<String> disconnected, Optional<Rejection> rejection) {}
