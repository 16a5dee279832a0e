/** Looks at the databases of a migration before it starts. */
@NullMarked
package io.segue.controlplane.preflight;

import org.jspecify.annotations.NullMarked;
