/** The migration strategies: pure functions from an operation to a verdict. */
@NullMarked
package io.segue.core.strategy;

import org.jspecify.annotations.NullMarked;
