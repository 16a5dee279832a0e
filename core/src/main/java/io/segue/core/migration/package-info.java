/** The lifecycle of a migration, as a pure function. */
@NullMarked
package io.segue.core.migration;

import org.jspecify.annotations.NullMarked;
