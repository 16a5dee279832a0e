/** APIs over gRPC: a call becomes commands, which go through the interlays like those of any client. Has threads of its own. */
@NullMarked
package io.segue.proxy.gateway;

import org.jspecify.annotations.NullMarked;
