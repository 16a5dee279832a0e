@NullMarked
package io.segue.controlplane.mover.redis;

import org.jspecify.annotations.NullMarked;
