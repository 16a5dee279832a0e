/**
 * Moves the data of Redis servers and clusters.
 *
 * <pre>
 *  feed thread                       lane thread, one for each shard of the authority
 *  TrackingFeed ─ changed key ─► DirtySet ─ taken ─► Lane: SCAN ─► size, expiry ─► DUMP ─► RESTORE ─► acknowledged
 *                                    ▲                                                        │
 *                                    └───────────── failed, different, changed meanwhile ─────┘
 * </pre>
 *
 * <p>What makes it right: a key's mark is taken away before the authority is read; one lane reads and writes a key strictly in order, on one
 * connection to each side; a write whose outcome is unknown is fenced and repeated; a feed that was lost makes everything owed.
 */
@NullMarked
package io.segue.controlplane.mover.redis;

import org.jspecify.annotations.NullMarked;
