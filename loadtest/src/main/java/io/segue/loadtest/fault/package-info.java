/** Trouble on the network, made on purpose and at a chosen moment. */
@NullMarked
package io.segue.loadtest.fault;

import org.jspecify.annotations.NullMarked;
