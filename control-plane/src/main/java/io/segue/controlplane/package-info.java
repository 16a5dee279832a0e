/** The control plane as a program and as an object. */
@NullMarked
package io.segue.controlplane;

import org.jspecify.annotations.NullMarked;
