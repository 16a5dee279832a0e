package io.segue.core.verdict;

/** One of the two databases of a migration. */
public enum Side {
    /** What the application used before the migration. */
    OLD,
    /** Where it goes. */
    NEW;

    /** The opposite side. */
    public Side other() {
        return this == OLD ? NEW : OLD;
    }
}
