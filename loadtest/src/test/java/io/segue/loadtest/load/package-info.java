/** Tests of the load and of the checker. */
@NullMarked
package io.segue.loadtest.load;

import org.jspecify.annotations.NullMarked;
