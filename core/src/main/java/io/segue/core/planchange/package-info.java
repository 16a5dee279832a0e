/**
 * How a plan is changed on a fleet of proxies: the rules of DESIGN §5 as pure functions. The control plane and the proxies decide by them, and
 * the tests of this package walk through every interleaving of both with them.
 */
@NullMarked
package io.segue.core.planchange;

import org.jspecify.annotations.NullMarked;
