/** The only package of core that touches generated protobuf classes: it turns them into core's types and checks them. */
@NullMarked
package io.segue.core.wire;

import org.jspecify.annotations.NullMarked;
