/** Certificates and keys of both faces. */
@NullMarked
package io.segue.controlplane.api.tls;

import org.jspecify.annotations.NullMarked;
