/**
 * Compares the two sides of a running movement, under live traffic and without a false alarm.
 *
 * <p>One thread sweeps: it walks the authority's keys, reads value and expiry of each at both sides in big pipelines, and compares the bytes
 * as they come ({@link io.segue.controlplane.mover.redis.verify.ForwardSweep}); then it walks the follower's keys and asks the authority
 * whether it has them ({@link io.segue.controlplane.mover.redis.verify.ExtraSweep}). Whatever is not equal at once is a doubt and goes to the
 * second thread, which looks at it again until the mover has passed the key and nothing was changed between the reads
 * ({@link io.segue.controlplane.mover.redis.verify.Examiner}). Only what differs then is a difference.
 */
@NullMarked
package io.segue.controlplane.mover.redis.verify;

import org.jspecify.annotations.NullMarked;
