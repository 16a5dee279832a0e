/** What a proxy counts and measures, and the admin port that shows it. Used by every package, uses none of them. */
@NullMarked
package io.segue.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
