/** The benchmark: through the proxy against a direct connection, in turn within one run. */
@NullMarked
package io.segue.loadtest.bench;

import org.jspecify.annotations.NullMarked;
