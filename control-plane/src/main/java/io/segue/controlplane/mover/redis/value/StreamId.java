package io.segue.controlplane.mover.redis.value;

/**
 * The id of an entry of a stream.
 *
 * @param ms first half, unsigned
 * @param seq second half, unsigned
 */
record StreamId(long ms, long seq) implements Comparable<StreamId> {
    static final StreamId ZERO = new StreamId(0, 0);
    static final StreamId MAX = new StreamId(-1, -1);

    /** Reads {@code "1526919030474-55"}. */
    static StreamId of(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new NumberFormatException("a stream id of \"" + text + "\" (expected: \"milliseconds-number\")");
        }
        return new StreamId(
                Long.parseUnsignedLong(text.substring(0, dash)), Long.parseUnsignedLong(text.substring(dash + 1)));
    }

    /** The next one there can be; {@link #MAX} has none. */
    StreamId next() {
        return seq == -1 ? new StreamId(ms + 1, 0) : new StreamId(ms, seq + 1);
    }

    @Override
    public int compareTo(StreamId other) {
        int order = Long.compareUnsigned(ms, other.ms);
        return order != 0 ? order : Long.compareUnsigned(seq, other.seq);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + '-' + Long.toUnsignedString(seq);
    }
}
