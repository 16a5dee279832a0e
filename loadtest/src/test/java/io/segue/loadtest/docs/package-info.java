/** Checks that the documentation tells the truth. */
@NullMarked
package io.segue.loadtest.docs;

import org.jspecify.annotations.NullMarked;
