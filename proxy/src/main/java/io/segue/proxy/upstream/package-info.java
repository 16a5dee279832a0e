/** Connections to the databases, and what one event loop shares between them. Knows neither clients nor strategies. */
@NullMarked
package io.segue.proxy.upstream;

import org.jspecify.annotations.NullMarked;
