package io.segue.controlplane.mover.redis.value;

/**
 * How many elements to ask for at once, so that a reply has about {@link #BYTES} bytes: small at first, because nothing is known of the
 * elements, and at most twice as many each time, because what follows may be bigger.
 */
final class Window {
    /** Bytes of a reply that are worth a round trip and harm nobody. */
    static final int BYTES = 1024 * 1024;

    private static final int MOST = 8_192;

    private final int most;
    private int count = 1;

    Window() {
        this(MOST);
    }

    Window(int most) {
        this.most = most;
    }

    /** Elements to ask for now. */
    int count() {
        return count;
    }

    /** What the last reply had. */
    void saw(long elements, long bytes) {
        long fit = elements == 0 ? most : BYTES / Math.max(1, bytes / elements);
        count = (int) Math.max(1, Math.min(fit, Math.min(2L * count, most)));
    }
}
