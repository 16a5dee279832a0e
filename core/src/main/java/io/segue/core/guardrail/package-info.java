/** What NEW must keep to while a migration runs: judged alike by the control plane for the fleet and by a proxy that is alone. */
@NullMarked
package io.segue.core.guardrail;

import org.jspecify.annotations.NullMarked;
