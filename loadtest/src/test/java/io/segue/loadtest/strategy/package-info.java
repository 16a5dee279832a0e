/** Where the traffic goes under each strategy, end to end. */
@NullMarked
package io.segue.loadtest.strategy;

import org.jspecify.annotations.NullMarked;
