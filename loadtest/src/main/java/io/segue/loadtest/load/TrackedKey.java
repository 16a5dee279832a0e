package io.segue.loadtest.load;

import java.util.BitSet;

/**
 * One key under load and the books that are kept about it. It has a single writer, which sends through the key's home proxy, and the
 * versions it writes are 1, 2, 3 …. All methods are thread-safe.
 */
public final class TrackedKey {
    private final String name;
    private final Kind kind;
    private final int home;
    private final BitSet failed = new BitSet();
    private long issued;
    private long highestAcknowledged;
    private long acknowledged;

    /** A key at version 0, written through proxy number {@code home}. */
    public TrackedKey(String name, Kind kind, int home) {
        this.name = name;
        this.kind = kind;
        this.home = home;
    }

    /** The key. */
    public String name() {
        return name;
    }

    /** Its type. */
    public Kind kind() {
        return kind;
    }

    /** Number of the proxy that all its writes go through. */
    public int home() {
        return home;
    }

    /** Takes the next version for a write that is about to be sent. */
    public synchronized long issue() {
        return ++issued;
    }

    /** The write of {@code version} was acknowledged. */
    public synchronized void acknowledge(long version) {
        acknowledged++;
        highestAcknowledged = Math.max(highestAcknowledged, version);
    }

    /** Whether the write of {@code version} was applied is not known: it failed, or was never answered. */
    public synchronized void fail(long version) {
        failed.set((int) version);
    }

    /** The versions handed out so far: no read may show a higher one. */
    public synchronized long issued() {
        return issued;
    }

    /** How many writes were acknowledged. */
    public synchronized long acknowledged() {
        return acknowledged;
    }

    /** How many writes have an unknown outcome. */
    public synchronized long unknown() {
        return failed.cardinality();
    }

    /** Whether the write of {@code version} was acknowledged; for versions that were answered or failed. */
    public synchronized boolean isAcknowledged(long version) {
        return version >= 1 && version <= issued && !failed.get((int) version);
    }

    /** The lowest version that a read that starts now may show: of a counter the number of acknowledged writes, else the last of them. */
    public synchronized long floor() {
        return kind == Kind.COUNTER ? acknowledged : highestAcknowledged;
    }

    @Override
    public String toString() {
        return name;
    }
}
