/** Where an operation goes. */
@NullMarked
package io.segue.core.verdict;

import org.jspecify.annotations.NullMarked;
