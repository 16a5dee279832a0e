/** Migrations end to end: real servers, a real control plane and real proxies, and what goes wrong around them. */
@NullMarked
package io.segue.loadtest.switchover;

import org.jspecify.annotations.NullMarked;
