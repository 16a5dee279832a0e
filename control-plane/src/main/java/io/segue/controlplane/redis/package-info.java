/**
 * A plain connection to a Redis server for programs that move data: pipelined, blocking, streaming, and close to the bytes.
 *
 * <p>Source: <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">the RESP specification</a>.
 */
@NullMarked
package io.segue.controlplane.redis;

import org.jspecify.annotations.NullMarked;
