/** The public interface against running parts: the guide as it is printed, certificates. */
@NullMarked
package io.segue.loadtest.api;

import org.jspecify.annotations.NullMarked;
