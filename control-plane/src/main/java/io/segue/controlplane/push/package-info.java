/** Streams to the proxies: who runs which configuration, and what each of them reports. */
@NullMarked
package io.segue.controlplane.push;

import org.jspecify.annotations.NullMarked;
