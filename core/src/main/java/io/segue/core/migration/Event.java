package io.segue.core.migration;

/** What can happen to a migration. */
public enum Event {
    ADD("add"),
    CHANGE("change the strategy"),
    START("migrate"),
    PAUSE("pause"),
    RESUME("resume"),
    COMPLETE("complete"),
    ROLLBACK("rollback"),
    /** The way back has been walked. */
    REVERTED("finish the rollback"),
    FAIL("fail"),
    DELETE("delete");

    private final String call;

    Event(String call) {
        this.call = call;
    }

    /** What a caller calls it. */
    public String call() {
        return call;
    }
}
