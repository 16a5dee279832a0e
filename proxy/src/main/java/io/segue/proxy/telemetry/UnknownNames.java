package io.segue.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The commands that no table has: those of modules, mostly. A few names, each kept once; what comes when the list is full counts as
 * {@value #OTHERS}. One event loop counts; any thread may read. A name that is there already is found without allocating.
 */
public final class UnknownNames {
    /** Stands for all names beyond the list. */
    public static final String OTHERS = "(OTHERS)";

    private static final int MOST = 32;
    private static final int LONGEST = 64;

    private final @Nullable Name[] names = new Name[MOST];
    private final AtomicLong others = new AtomicLong();
    private volatile int count;

    private static final class Name {
        private final byte[] upper;
        private final AtomicLong calls = new AtomicLong();

        Name(byte[] upper) {
            this.upper = upper;
        }
    }

    UnknownNames() {}

    /** One byte of the name, by its index. */
    @FunctionalInterface
    public interface Bytes {
        byte at(int i);
    }

    /** A command was used whose name has so many bytes; letters of both cases count as one. */
    public void call(int length, Bytes bytes) {
        if (length == 0 || length > LONGEST) {
            others.lazySet(others.get() + 1);
            return;
        }
        int known = count;
        for (int i = 0; i < known; i++) {
            Name name = names[i];
            if (name != null && same(name.upper, length, bytes)) {
                name.calls.lazySet(name.calls.get() + 1);
                return;
            }
        }
        if (known == MOST) {
            others.lazySet(others.get() + 1);
            return;
        }
        byte[] copy = new byte[length];
        boolean name = true;
        for (int i = 0; i < length; i++) {
            copy[i] = upper(bytes.at(i));
            name &= belongsToAName(copy[i]);
        }
        if (!name) {
            // Not a command, whatever it is: it may be anything, and is not shown.
            others.lazySet(others.get() + 1);
            return;
        }
        Name added = new Name(copy);
        added.calls.lazySet(1);
        names[known] = added;
        count = known + 1;
    }

    private static boolean same(byte[] name, int length, Bytes bytes) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != upper(bytes.at(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean belongsToAName(byte b) {
        return (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '.' || b == '_' || b == '-';
    }

    private static byte upper(byte b) {
        return b >= 'a' && b <= 'z' ? (byte) (b - 32) : b;
    }

    /** How often each was used so far. */
    Map<String, Long> calls() {
        Map<String, Long> all = new HashMap<>();
        int known = count;
        for (int i = 0; i < known; i++) {
            Name name = names[i];
            if (name != null) {
                all.merge(
                        new String(name.upper, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT),
                        name.calls.get(),
                        Long::sum);
            }
        }
        if (others.get() > 0) {
            all.put(OTHERS, others.get());
        }
        return all;
    }
}
