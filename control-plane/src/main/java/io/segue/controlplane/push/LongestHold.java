package io.segue.controlplane.push;

/**
 * Who held work for the longest time.
 *
 * @param proxy its id
 * @param us microseconds
 */
public record LongestHold(String proxy, long us) {}
