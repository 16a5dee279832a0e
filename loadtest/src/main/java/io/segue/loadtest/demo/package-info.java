/** The demo: a canary migration between two real servers under live load, with every acknowledged write accounted for. */
@NullMarked
package io.segue.loadtest.demo;

import org.jspecify.annotations.NullMarked;
