package io.segue.controlplane.mover.redis;

import org.jspecify.annotations.Nullable;

/** One key of one database on its way through a lane. Confined to the lane's thread. */
final class Item {
    /** The key has no expiry. */
    static final long NEVER = -1;
    /** The key does not exist at the authority. */
    static final long ABSENT = -2;
    /** Whether it expires was not asked. */
    static final long UNASKED = -3;

    /** What was asked of the follower for it. */
    enum Write {
        NONE,
        RESTORE,
        SET,
        REMOVE
    }

    /** Several databases of one owed key: it is through when all of them are. */
    static final class Group {
        final DirtySet.Entry entry;
        int open;
        boolean failed;
        /** Something is wrong with it; otherwise it only changed meanwhile. */
        boolean refused;

        long backoffNs;

        Group(DirtySet.Entry entry) {
            this.entry = entry;
        }
    }

    /** A page of a scan: it is through when all its keys are. */
    static final class Page {
        final int db;
        final String cursorAfter;
        int open;

        Page(int db, String cursorAfter) {
            this.db = db;
            this.cursorAfter = cursorAfter;
        }
    }

    final int db;
    final byte[] key;
    final @Nullable Group group;
    final @Nullable Page page;
    /** Absolute expiry in milliseconds since the epoch, {@link #NEVER} or {@link #ABSENT}. */
    long expiry = NEVER;
    /** Bytes that the value takes at the authority, or of its payload later; -1 while unknown. */
    long size = -1;

    Write write = Write.NONE;
    /** The authority does not tell about it. */
    boolean refused;

    private Item(int db, byte[] key, @Nullable Group group, @Nullable Page page) {
        this.db = db;
        this.key = key;
        this.group = group;
        this.page = page;
    }

    static Item of(int db, Group group) {
        group.open++;
        return new Item(db, group.entry.key, group, null);
    }

    static Item of(byte[] key, Page page) {
        page.open++;
        return new Item(page.db, key, null, page);
    }
}
