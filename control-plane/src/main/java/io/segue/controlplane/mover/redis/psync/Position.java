package io.segue.controlplane.mover.redis.psync;

/**
 * A place between two commands of the stream: every change before it has been named.
 *
 * @param run grows when offsets begin to mean something else: with each full synchronisation, and when the source has lost a tail
 * @param offset bytes of the stream up to here, as the source counts them (its {@code master_repl_offset})
 * @param db database in force here
 */
public record Position(long run, long offset, int db) {}
