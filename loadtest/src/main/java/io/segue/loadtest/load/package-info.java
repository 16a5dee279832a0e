/** Open-loop load, and a checker that accounts for every acknowledged write. */
@NullMarked
package io.segue.loadtest.load;

import org.jspecify.annotations.NullMarked;
