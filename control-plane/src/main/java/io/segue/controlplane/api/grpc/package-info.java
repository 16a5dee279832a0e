/** The gRPC face: translates calls, decides nothing. */
@NullMarked
package io.segue.controlplane.api.grpc;

import org.jspecify.annotations.NullMarked;
