/** Carries out verdicts: one file for each way a request is served. Knows neither protocols nor strategies by name. */
@NullMarked
package io.segue.proxy.engine;

import org.jspecify.annotations.NullMarked;
