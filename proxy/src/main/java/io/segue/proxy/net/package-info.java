/** Sockets: the listeners, the clients' pipeline, and what happens to both when the configuration changes. */
@NullMarked
package io.segue.proxy.net;

import org.jspecify.annotations.NullMarked;
