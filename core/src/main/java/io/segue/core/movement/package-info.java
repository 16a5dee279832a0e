/** The rules of data movement, as pure functions: what production runs is what the explorer of the tests walks through. */
@NullMarked
package io.segue.core.movement;

import org.jspecify.annotations.NullMarked;
