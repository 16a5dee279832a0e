/** Refusals that state field, value and expectation. */
@NullMarked
package io.segue.core.validation;

import org.jspecify.annotations.NullMarked;
