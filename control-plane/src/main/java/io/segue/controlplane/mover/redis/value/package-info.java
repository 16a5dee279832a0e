/**
 * What a value of Redis is: copying one by type and in pieces, joining two, comparing two, and the payloads of DUMP. Memory is bounded
 * whatever a value's size.
 */
@NullMarked
package io.segue.controlplane.mover.redis.value;

import org.jspecify.annotations.NullMarked;
