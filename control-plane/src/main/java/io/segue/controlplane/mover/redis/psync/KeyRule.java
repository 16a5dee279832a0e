package io.segue.controlplane.mover.redis.psync;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which keys a command of the stream changes. Immutable. Indexes count the command's name as 0. */
sealed interface KeyRule {
    /** It changes no key. */
    KeyRule NONE = new Range(0, 0, 1);

    /**
     * Keys at {@code first}, {@code first + step}, … up to {@code last}; a negative {@code last} counts from the end, -1 being the last
     * argument. {@code first} 0: none.
     */
    record Range(int first, int last, int step) implements KeyRule {
        /** Whether argument {@code index} of {@code count} is a key. */
        boolean key(int index, int count) {
            int end = last < 0 ? count + last : last;
            return first > 0 && index >= first && index <= end && (index - first) % step == 0;
        }
    }

    /** The first argument says which command it is. */
    record Container(Map<String, KeyRule> below) implements KeyRule {
        @Nullable
        KeyRule rule(String name) {
            return below.get(name);
        }
    }

    /** All arguments must be seen together. */
    record Whole(Reader reader) implements KeyRule {}

    /** Any key may be changed; said once for each command. */
    record Everything(String reason) implements KeyRule {}

    /** Finds the keys in all arguments of a command. */
    @FunctionalInterface
    interface Reader {
        /** Tells {@code sink}; returns the database that is in force afterwards. Fails with any exception if arguments are missing. */
        int read(List<byte[]> arguments, int db, ChangeSink sink);
    }
}
