/** Tests of the launcher script. */
@NullMarked
package io.segue.loadtest.launcher;

import org.jspecify.annotations.NullMarked;
