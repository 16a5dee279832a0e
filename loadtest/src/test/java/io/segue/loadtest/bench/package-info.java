/** Tests of the benchmark. */
@NullMarked
package io.segue.loadtest.bench;

import org.jspecify.annotations.NullMarked;
