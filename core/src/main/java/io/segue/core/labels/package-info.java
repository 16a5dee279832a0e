/** Rules that tell what an operation is for from its key, its command and its sender. */
@NullMarked
package io.segue.core.labels;

import org.jspecify.annotations.NullMarked;
