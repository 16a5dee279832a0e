/** That the checker decides right, and that Segue's registers are linearizable while the authority moves. */
@NullMarked
package io.segue.loadtest.register;

import org.jspecify.annotations.NullMarked;
