/** The maker of trouble makes the trouble that was asked for. */
@NullMarked
package io.segue.loadtest.fault;

import org.jspecify.annotations.NullMarked;
