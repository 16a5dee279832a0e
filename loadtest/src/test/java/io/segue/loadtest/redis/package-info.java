/** Tests of the Redis servers and of the plain client; {@link io.segue.loadtest.redis.NeedsRedis} for all who need a server. */
@NullMarked
package io.segue.loadtest.redis;

import org.jspecify.annotations.NullMarked;
