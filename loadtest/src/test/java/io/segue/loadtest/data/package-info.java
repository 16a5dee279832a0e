/** The judge of moved data is judged itself. */
@NullMarked
package io.segue.loadtest.data;

import org.jspecify.annotations.NullMarked;
