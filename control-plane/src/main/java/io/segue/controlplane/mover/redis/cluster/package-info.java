/**
 * What a mover must know of Redis Cluster: which slot a key belongs to.
 *
 * <p>Source: <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">the Redis Cluster specification</a>.
 */
@NullMarked
package io.segue.controlplane.mover.redis.cluster;

import org.jspecify.annotations.NullMarked;
