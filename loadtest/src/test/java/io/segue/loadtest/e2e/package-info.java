/** What clients see through a proxy, with real servers and real client libraries. */
@NullMarked
package io.segue.loadtest.e2e;

import org.jspecify.annotations.NullMarked;
