/** Facts about one unit of work: what it does and which part of the traffic it belongs to. No bytes. */
@NullMarked
package io.segue.core.operation;

import org.jspecify.annotations.NullMarked;
