/** Metrics and health for the admin port. */
@NullMarked
package io.segue.controlplane.telemetry;

import org.jspecify.annotations.NullMarked;
