/** Keeps records through crashes. Knows no API and no message type. */
@NullMarked
package io.segue.controlplane.store;

import org.jspecify.annotations.NullMarked;
