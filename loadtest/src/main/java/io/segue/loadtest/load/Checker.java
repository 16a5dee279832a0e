package io.segue.loadtest.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Watches all requests and replies of a run and counts what must not be. Knows nothing of connections: whoever sends says when a
 * request starts and what came back. Thread-safe.
 */
public final class Checker {
    private static final int SAMPLES = 20;

    private final Map<Violation, LongAdder> violations = new EnumMap<>(Violation.class);
    private final List<String> samples = Collections.synchronizedList(new ArrayList<>());
    private final LongAdder reads = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder errors = new LongAdder();

    /** A checker that has seen nothing. */
    public Checker() {
        for (Violation violation : Violation.values()) {
            violations.put(violation, new LongAdder());
        }
    }

    /**
     * A read that is about to be sent.
     *
     * @param key what is read
     * @param proxy number of the proxy it goes through
     * @param floor the lowest version it may show
     */
    public record PendingRead(TrackedKey key, int proxy, long floor) {}

    /** Notes what a read that is sent now may show at least. */
    public PendingRead beginRead(TrackedKey key, int proxy) {
        return new PendingRead(key, proxy, key.floor());
    }

    /** A read came back with {@code version}, or {@link Kind#ABSENT} or {@link Kind#CORRUPT}. */
    public void endRead(PendingRead read, long version) {
        reads.increment();
        TrackedKey key = read.key();
        if (version == Kind.ABSENT) {
            report(Violation.NOT_FOUND, key, "read through proxy " + read.proxy() + " found nothing");
        } else if (version == Kind.CORRUPT || version > key.issued()) {
            report(Violation.WRONG_VALUE, key, "read version " + version + " (expected: at most " + key.issued() + ")");
        } else if (version < read.floor()) {
            report(
                    read.proxy() == key.home() ? Violation.STALE_READ : Violation.STALE_READ_ELSEWHERE,
                    key,
                    "read version " + version + " (expected: at least " + read.floor() + ")");
        }
    }

    /** Takes the version for a write of {@code key} that is about to be sent. */
    public long beginWrite(TrackedKey key) {
        return key.issue();
    }

    /**
     * A write was acknowledged.
     *
     * @param reply what the server said; of an INCR the new value, of an RPUSH the new length, which are checked
     */
    public void acknowledged(TrackedKey key, long version, Object reply) {
        acknowledged.increment();
        if (key.kind().accumulates() && reply instanceof Long number) {
            checkTotal(key, version, key.kind() == Kind.LIST ? number - 1 : number);
        }
        key.acknowledge(version);
    }

    /** A read or a write failed, or was not answered in time. */
    public void failed(TrackedKey key, String what) {
        errors.increment();
        sample(key + ": " + what);
    }

    /** As {@link #failed(TrackedKey, String)}, for a write: whether it was applied is not known. */
    public void failed(TrackedKey key, long version, String what) {
        key.fail(version);
        failed(key, what);
    }

    /** Reads answered so far. */
    public long reads() {
        return reads.sum();
    }

    /** Writes acknowledged so far. */
    public long acknowledgedWrites() {
        return acknowledged.sum();
    }

    /** Requests that failed so far. */
    public long errors() {
        return errors.sum();
    }

    /** How often {@code violation} was seen. */
    public long count(Violation violation) {
        LongAdder adder = violations.get(violation);
        return adder == null ? 0 : adder.sum();
    }

    /** The first errors and violations, one line each. */
    public List<String> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /** Writes of one key are answered in order, so {@code total} counts all writes up to {@code version} that were applied. */
    private void checkTotal(TrackedKey key, long version, long total) {
        long atLeast = key.acknowledged() + 1;
        if (total > version) {
            report(Violation.APPLIED_TWICE, key, "write " + version + " made it " + total);
        } else if (total < atLeast) {
            report(
                    Violation.LOST_WRITE,
                    key,
                    "write " + version + " made it " + total + " (expected: at least " + atLeast + ")");
        }
    }

    private void report(Violation violation, TrackedKey key, String what) {
        LongAdder adder = violations.get(violation);
        if (adder != null) {
            adder.increment();
        }
        sample(key + ": " + what);
    }

    private void sample(String line) {
        synchronized (samples) {
            if (samples.size() < SAMPLES) {
                samples.add(line);
            }
        }
    }
}
