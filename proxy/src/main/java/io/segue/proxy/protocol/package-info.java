/**
 * What the proxy asks of a database protocol. No concrete protocol may be named here, and nothing here knows about
 * strategies: a protocol turns bytes into requests and replies, and says what they mean.
 */
@NullMarked
package io.segue.proxy.protocol;

import org.jspecify.annotations.NullMarked;
