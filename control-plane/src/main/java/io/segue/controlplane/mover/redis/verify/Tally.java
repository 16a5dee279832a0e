package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.Result;
import io.segue.controlplane.mover.Verification.State;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** The counts of a comparison. Thread-safe. */
final class Tally {
    private final AtomicLong compared = new AtomicLong();
    private final AtomicLong total = new AtomicLong();
    private final AtomicLong unsettled = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicLong repaired = new AtomicLong();
    private final AtomicLongArray different = new AtomicLongArray(Kind.values().length);

    void compared(long keys) {
        compared.addAndGet(keys);
    }

    void total(long keys) {
        total.addAndGet(keys);
    }

    void unsettled() {
        unsettled.incrementAndGet();
    }

    void skipped() {
        skipped.incrementAndGet();
    }

    void repaired() {
        repaired.incrementAndGet();
    }

    void different(Kind kind) {
        different.incrementAndGet(kind.ordinal());
    }

    Result result(State state, String reason, long startedMs, long endedMs) {
        Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            long count = different.get(kind.ordinal());
            if (count > 0) {
                kinds.put(kind, count);
            }
        }
        return new Result(
                state,
                reason,
                startedMs,
                endedMs,
                compared.get(),
                Math.max(total.get(), compared.get()),
                Map.copyOf(kinds),
                unsettled.get(),
                skipped.get(),
                repaired.get());
    }
}
