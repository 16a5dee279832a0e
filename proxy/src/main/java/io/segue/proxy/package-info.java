/** The proxy: a sidecar that splits, doubles and shadows the traffic between applications and their databases. */
@NullMarked
package io.segue.proxy;

import org.jspecify.annotations.NullMarked;
