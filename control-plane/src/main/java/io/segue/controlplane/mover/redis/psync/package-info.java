/**
 * Being a replica of a Redis server: the snapshot as bulk copy, the replication stream as the feed of changed keys.
 *
 * <p>{@link io.segue.controlplane.mover.redis.psync.ReplicationLink} is the entry. Its bytes go to disk as they come, so that the
 * source never waits for a follower; a crash of this process costs neither a change nor a full synchronisation.
 *
 * <p>Source: the replication protocol and the RDB format as Redis 5 to 7.4 speak them.
 */
@NullMarked
package io.segue.controlplane.mover.redis.psync;

import org.jspecify.annotations.NullMarked;
