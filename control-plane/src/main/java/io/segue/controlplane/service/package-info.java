/** What callers can do: the only code that changes state. Knows neither REST nor gRPC. */
@NullMarked
package io.segue.controlplane.service;

import org.jspecify.annotations.NullMarked;
