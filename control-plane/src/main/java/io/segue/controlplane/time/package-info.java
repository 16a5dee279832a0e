/** Moments, as messages and as Java sees them. */
@NullMarked
package io.segue.controlplane.time;

import org.jspecify.annotations.NullMarked;
