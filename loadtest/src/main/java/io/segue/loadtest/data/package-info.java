/**
 * How moved data is judged: keys of every kind, writers that change them, and a comparison of two stores. Shares nothing with the movers of
 * the control plane, so that a mistake of theirs cannot hide here.
 */
@NullMarked
package io.segue.loadtest.data;

import org.jspecify.annotations.NullMarked;
