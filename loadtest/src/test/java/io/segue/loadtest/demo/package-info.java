/** Tests of the demo. */
@NullMarked
package io.segue.loadtest.demo;

import org.jspecify.annotations.NullMarked;
