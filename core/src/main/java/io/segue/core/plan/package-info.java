/** A strategy compiled for the request path. */
@NullMarked
package io.segue.core.plan;

import org.jspecify.annotations.NullMarked;
