/** Command line, wiring by hand, start and stop of a proxy process. */
@NullMarked
package io.segue.proxy.bootstrap;

import org.jspecify.annotations.NullMarked;
