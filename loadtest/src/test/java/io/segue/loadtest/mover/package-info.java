@NullMarked
package io.segue.loadtest.mover;

import org.jspecify.annotations.NullMarked;
