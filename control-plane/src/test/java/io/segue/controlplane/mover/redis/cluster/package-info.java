@NullMarked
package io.segue.controlplane.mover.redis.cluster;

import org.jspecify.annotations.NullMarked;
