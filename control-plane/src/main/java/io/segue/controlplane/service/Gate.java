package io.segue.controlplane.service;

import java.time.Duration;

/** What must be true of the data before keys get another authority. {@link Changes} has it passed in the only moment in which it can be. */
interface Gate {
    /** Nothing is asked. */
    Gate NONE = new Gate() {
        @Override
        public void pass(Duration within) {}

        @Override
        public void undone() {}
    };

    /**
     * Every proxy holds the keys that move, and nothing on them is under way. Waits for the movers, within a limit.
     *
     * @param within how long clients may still wait; longer, and the change is not made, unless the gate is {@link #lenient}
     * @throws ServiceException the change must not be made; the message says why
     */
    void pass(Duration within);

    /** Whether an operator has given up what does not come about in time: then the change is made however long it takes. */
    default boolean lenient() {
        return false;
    }

    /** The decision to make the change is stored, and no proxy has heard of it yet. Must not wait. */
    default void decided() {}

    /** The change was not made, whether or not the gate was passed. May be called twice. */
    void undone();
}
