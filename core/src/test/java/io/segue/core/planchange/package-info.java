/** Walks through plan changes. */
@NullMarked
package io.segue.core.planchange;

import org.jspecify.annotations.NullMarked;
