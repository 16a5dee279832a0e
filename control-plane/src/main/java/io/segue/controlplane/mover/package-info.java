/**
 * Moves data: copies what stands on the authority to the follower, keeps the follower equal, compares the two. Databases differ; each has
 * a folder of its own below this one, and what they have in common is here.
 */
@NullMarked
package io.segue.controlplane.mover;

import org.jspecify.annotations.NullMarked;
