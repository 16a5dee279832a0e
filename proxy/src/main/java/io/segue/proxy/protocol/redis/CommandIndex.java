package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Command;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commands by name: open addressing, at most half full. Immutable; finds without allocating. */
final class CommandIndex {
    /** A command, and what stands below it if it is a container. */
    record Entry(Command command, @Nullable CommandIndex subcommands) {}

    private final long[] names;
    private final @Nullable Entry[] entries;
    private final int mask;

    CommandIndex(Map<String, Entry> byName) {
        int size = Integer.highestOneBit(Math.max(2, byName.size()) * 4 - 1);
        mask = size - 1;
        names = new long[size * 3];
        entries = new Entry[size];
        byName.forEach(this::put);
    }

    private void put(String name, Entry entry) {
        if (name.length() > PackedName.MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "command name: " + name + " (expected: at most " + PackedName.MAX_LENGTH + " bytes)");
        }
        long a = PackedName.part(name, 0);
        long b = PackedName.part(name, 1);
        long c = PackedName.part(name, 2);
        int slot = PackedName.hash(a, b, c) & mask;
        while (entries[slot] != null) {
            slot = (slot + 1) & mask;
        }
        entries[slot] = entry;
        names[slot * 3] = a;
        names[slot * 3 + 1] = b;
        names[slot * 3 + 2] = c;
    }

    /** The command whose name is in {@code in[start, start + length)}, in any case; null: none. */
    @Nullable
    Entry find(ByteBuf in, int start, int length) {
        if (length > PackedName.MAX_LENGTH) {
            return null;
        }
        long a = PackedName.part(in, start, length, 0);
        long b = PackedName.part(in, start, length, 1);
        long c = PackedName.part(in, start, length, 2);
        int slot = PackedName.hash(a, b, c) & mask;
        while (true) {
            Entry entry = entries[slot];
            if (entry == null || (names[slot * 3] == a && names[slot * 3 + 1] == b && names[slot * 3 + 2] == c)) {
                return entry;
            }
            slot = (slot + 1) & mask;
        }
    }
}
