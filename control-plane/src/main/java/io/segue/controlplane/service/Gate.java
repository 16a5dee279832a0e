package io.segue.controlplane.service;

/** What must be true of the data before keys get another authority. {@link Changes} has it passed in the only moment in which it can be. */
interface Gate {
    /** Nothing is asked. */
    Gate NONE = new Gate() {
        @Override
        public void pass() {}

        @Override
        public void undone() {}
    };

    /**
     * Every proxy holds the keys that move, and nothing on them is under way. Waits for the movers, within a limit.
     *
     * @throws ServiceException the change must not be made; the message says why
     */
    void pass();

    /** The decision to make the change is stored, and no proxy has heard of it yet. Must not wait. */
    default void decided() {}

    /** The change was not made, whether or not the gate was passed. May be called twice. */
    void undone();
}
