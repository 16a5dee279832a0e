package io.segue.loadtest.register;

import java.util.Arrays;

/**
 * What was sent to registers and what came back, in arrays that grow: about 45 bytes an operation and no object for any of them. One
 * thread writes; others may read when it has ended.
 */
public final class History {
    /** The value of a register that has none. */
    public static final long NOTHING = 0;
    /** The moment of an answer that did not come. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final int FIRST_CAPACITY = 1 << 14;
    private static final Action[] ACTIONS = Action.values();
    private static final Outcome[] OUTCOMES = Outcome.values();

    private int size;
    private int keys;
    private int[] key = new int[FIRST_CAPACITY];
    private short[] client = new short[FIRST_CAPACITY];
    private short[] proxy = new short[FIRST_CAPACITY];
    private byte[] action = new byte[FIRST_CAPACITY];
    private byte[] outcome = new byte[FIRST_CAPACITY];
    private long[] value = new long[FIRST_CAPACITY];
    private long[] intended = new long[FIRST_CAPACITY];
    private long[] sent = new long[FIRST_CAPACITY];
    private long[] answered = new long[FIRST_CAPACITY];

    /** Nothing has happened yet, and every register has no value. */
    public History() {}

    /**
     * An operation is about to be sent. Its outcome is unknown until {@link #done} or {@link #refused}.
     *
     * @param of number of the client, from 0
     * @param through number of the proxy, from 0
     * @param register number of the key, from 0
     * @param written the value of a {@link Action#WRITE}, above 0 and never used before for this key; anything else for other actions
     * @return the number of the operation
     */
    public int begin(int of, int through, int register, Action what, long written, long intendedNanos, long sentNanos) {
        if (register < 0 || (what == Action.WRITE && written <= NOTHING)) {
            throw new IllegalArgumentException(
                    "key " + register + ", value " + written + " (expected: a key of 0 or more, a value above 0)");
        }
        if (size == key.length) {
            grow();
        }
        int number = size++;
        keys = Math.max(keys, register + 1);
        key[number] = register;
        client[number] = (short) of;
        proxy[number] = (short) through;
        action[number] = (byte) what.ordinal();
        outcome[number] = (byte) Outcome.UNKNOWN.ordinal();
        value[number] = what == Action.WRITE ? written : NOTHING;
        intended[number] = intendedNanos;
        sent[number] = sentNanos;
        answered[number] = NEVER;
        return number;
    }

    /** The answer to a write or a deletion has come. */
    public void done(int number, long answeredNanos) {
        outcome[number] = (byte) Outcome.DONE.ordinal();
        answered[number] = answeredNanos;
    }

    /** The answer to a read has come: {@code read}, or {@link #NOTHING}. */
    public void done(int number, long answeredNanos, long read) {
        done(number, answeredNanos);
        value[number] = read;
    }

    /** An answer has come which says that the operation has not been executed. */
    public void refused(int number, long answeredNanos) {
        outcome[number] = (byte) Outcome.REFUSED.ordinal();
        answered[number] = answeredNanos;
    }

    /** How many operations were sent. */
    public int size() {
        return size;
    }

    /** One more than the highest key. */
    public int keys() {
        return keys;
    }

    /** The key of an operation. */
    public int key(int number) {
        return key[number];
    }

    /** What an operation does. */
    public Action action(int number) {
        return ACTIONS[action[number]];
    }

    /** What is known of an operation. */
    public Outcome outcome(int number) {
        return OUTCOMES[outcome[number]];
    }

    /** What was written or read. */
    public long value(int number) {
        return value[number];
    }

    /** When an operation was meant to be sent. */
    public long intendedNanos(int number) {
        return intended[number];
    }

    /** A moment not after the one in which the operation was sent. */
    public long sentNanos(int number) {
        return sent[number];
    }

    /** A moment not before the one in which the answer came, or {@link #NEVER}. */
    public long answeredNanos(int number) {
        return answered[number];
    }

    /** All that is known of one operation. */
    public Operation operation(int number) {
        return new Operation(
                number,
                client[number],
                proxy[number],
                key[number],
                action(number),
                outcome(number),
                value[number],
                intended[number],
                sent[number],
                answered[number]);
    }

    /** The same history with another value in one operation, to see whether a checker finds it. */
    public History with(int number, long otherValue) {
        History copy = until(NEVER);
        copy.value[number] = otherValue;
        return copy;
    }

    /** What had been sent before {@code nanos}; what was answered later counts as not answered. */
    public History until(long nanos) {
        History cut = new History();
        for (int i = 0; i < size; i++) {
            if (nanos != NEVER && sent[i] >= nanos) {
                continue;
            }
            int number = cut.begin(client[i], proxy[i], key[i], action(i), value[i], intended[i], sent[i]);
            if (answered[i] < nanos) {
                cut.outcome[number] = outcome[i];
                cut.answered[number] = answered[i];
                cut.value[number] = value[i];
            }
        }
        return cut;
    }

    private void grow() {
        int capacity = 2 * key.length;
        key = Arrays.copyOf(key, capacity);
        client = Arrays.copyOf(client, capacity);
        proxy = Arrays.copyOf(proxy, capacity);
        action = Arrays.copyOf(action, capacity);
        outcome = Arrays.copyOf(outcome, capacity);
        value = Arrays.copyOf(value, capacity);
        intended = Arrays.copyOf(intended, capacity);
        sent = Arrays.copyOf(sent, capacity);
        answered = Arrays.copyOf(answered, capacity);
    }
}
