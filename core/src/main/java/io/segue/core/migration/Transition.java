package io.segue.core.migration;

import java.util.function.Function;

/** The answer of {@link Lifecycle} to an event. */
public sealed interface Transition {

    /** Calls the function of this case. */
    <R> R match(Function<Moved, R> moved, Function<Refused, R> refused);

    /** The event is allowed; the migration is in {@code to} afterwards (which may be where it was). */
    record Moved(Status to) implements Transition {
        @Override
        public <R> R match(Function<Moved, R> moved, Function<Refused, R> refused) {
            return moved.apply(this);
        }
    }

    /** The event is not allowed; nothing changes. The reason names the calls that are. */
    record Refused(String reason) implements Transition {
        @Override
        public <R> R match(Function<Moved, R> moved, Function<Refused, R> refused) {
            return refused.apply(this);
        }
    }
}
