package io.segue.controlplane.redis;

import java.util.List;

/**
 * A message that the server sends unasked (RESP3).
 *
 * @param items the kind ({@code "invalidate"}) and what belongs to it; encoded as {@link RedisConnection#read()} says
 */
public record Push(List<?> items) {}
