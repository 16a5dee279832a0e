/** Load on registers, the history that it records, and the proof from that history that each key is a linearizable register. */
@NullMarked
package io.segue.loadtest.register;

import org.jspecify.annotations.NullMarked;
