package io.segue.controlplane.mover.redis.verify;

import java.util.Arrays;

/**
 * Remembers keys by 64 bits of hash, so that a key that SCAN gives twice is not reported twice. 16 bytes a key, up to a limit; beyond it
 * every key counts as new. For one thread.
 */
final class SeenKeys {
    private final int most;
    private long[] table = new long[1_024];
    private int count;
    private boolean zero;

    SeenKeys(int most) {
        this.most = most;
    }

    /** Whether the key was not there before. */
    boolean add(long hash) {
        if (hash == 0) {
            boolean first = !zero;
            zero = true;
            return first;
        }
        int slot = slot(table, hash);
        if (table[slot] == hash) {
            return false;
        }
        if (count < most) {
            table[slot] = hash;
            count++;
            if (2 * count > table.length) {
                grow();
            }
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[2 * table.length];
        Arrays.stream(table).filter(hash -> hash != 0).forEach(hash -> larger[slot(larger, hash)] = hash);
        table = larger;
    }

    /** Where the hash is, or belongs. */
    private static int slot(long[] table, long hash) {
        int slot = (int) hash & (table.length - 1);
        while (table[slot] != 0 && table[slot] != hash) {
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }
}
