package io.segue.core.verdict;

/** Which sides must have executed a write for its client to be told that it succeeded. */
public enum Quorum {
    /** The authority; what happens on the other side never reaches the client. */
    AUTHORITY,
    /** Both. */
    BOTH,
    /** The authority, or the other side while the authority cannot be reached; never one that lacks an earlier acknowledged write. */
    EITHER,
    /** As {@link #EITHER}, but a side that lacks earlier writes takes later ones all the same: the later write wins. */
    LATEST;

    /** Whether the other side takes writes while the authority cannot, so that a key's truth may be there for a while. */
    public boolean takesOver() {
        return this == EITHER || this == LATEST;
    }
}
