package io.segue.loadtest.fault;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Waits for certain bytes to pass a {@link FaultProxy}, and then holds the connection and direction in which they came: at least the
 * last of them has not been forwarded when {@link #await} returns, and everything before them has. Other connections go on. Springs once. Thread-safe.
 */
public final class Trap {
    /** What {@link #release} and {@link #cut} do about a connection; runs on the proxy's thread. */
    interface Release {
        void run(boolean cut);
    }

    private final byte[] pattern;
    private final int[] fallback;
    private final Direction direction;
    private final CountDownLatch sprung = new CountDownLatch(1);
    private final Release release;
    private final Runnable onHold;
    private int left;

    Trap(Direction direction, byte[] pattern, int occurrence, Runnable onHold, ReleaseMaker release) {
        if (pattern.length == 0 || occurrence < 1) {
            throw new IllegalArgumentException("pattern of " + pattern.length + " bytes, occurrence " + occurrence
                    + " (expected: at least 1 each)");
        }
        this.direction = direction;
        this.pattern = pattern.clone();
        this.fallback = fallback(pattern);
        this.left = occurrence;
        this.onHold = onHold;
        this.release = release.of(this);
    }

    /** Gives a trap its way to let go. */
    interface ReleaseMaker {
        Release of(Trap trap);
    }

    /** A part of a RESP command that names consecutive words, to hold "RESTORE of key K". Upper and lower case differ. */
    public static byte[] words(String... words) {
        StringBuilder text = new StringBuilder();
        for (String word : words) {
            int length = word.getBytes(StandardCharsets.UTF_8).length;
            text.append('$').append(length).append("\r\n").append(word).append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Waits until the trap holds a connection.
     *
     * @throws IllegalStateException if that does not come about within {@code limit}
     */
    public void await(Duration limit) throws InterruptedException {
        if (!sprung.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("waited " + limit.toMillis() + " ms in vain for " + this);
        }
    }

    /** Whether it has held a connection. */
    public boolean isSprung() {
        return sprung.getCount() == 0;
    }

    /** Lets the held connection go on; if the trap has not sprung, it never will. Does nothing the second time. */
    public void release() {
        release.run(false);
    }

    /** Cuts the held connection: what was held never arrives. If the trap has not sprung, it never will. */
    public void cut() {
        release.run(true);
    }

    // ---- on the proxy's thread

    Direction direction() {
        return direction;
    }

    int length() {
        return pattern.length;
    }

    /** Counts an occurrence; returns whether it is the one to hold. */
    boolean counts() {
        return --left == 0;
    }

    /** How much of the pattern has been seen after one more byte. */
    int step(int matched, byte next) {
        int state = matched == pattern.length ? fallback[matched] : matched;
        while (state > 0 && pattern[state] != next) {
            state = fallback[state];
        }
        return pattern[state] == next ? state + 1 : 0;
    }

    void spring() {
        sprung.countDown();
        onHold.run();
    }

    /** Length of the longest proper border of each prefix (Knuth, Morris and Pratt). */
    private static int[] fallback(byte[] pattern) {
        int[] border = new int[pattern.length + 1];
        int length = 0;
        for (int i = 1; i < pattern.length; i++) {
            while (length > 0 && pattern[i] != pattern[length]) {
                length = border[length];
            }
            if (pattern[i] == pattern[length]) {
                length++;
            }
            border[i + 1] = length;
        }
        return border;
    }

    @Override
    public String toString() {
        return "\"" + new String(pattern, StandardCharsets.ISO_8859_1).replace("\r\n", " ") + "\" " + direction;
    }
}
