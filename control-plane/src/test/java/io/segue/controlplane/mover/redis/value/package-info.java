@NullMarked
package io.segue.controlplane.mover.redis.value;

import org.jspecify.annotations.NullMarked;
