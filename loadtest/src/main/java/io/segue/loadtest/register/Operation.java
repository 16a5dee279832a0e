package io.segue.loadtest.register;

import java.util.Locale;

/**
 * One operation of a history. Moments are on the clock of {@link System#nanoTime}.
 *
 * @param number from 0, in the order in which operations were sent
 * @param client who sent it
 * @param proxy through which it went
 * @param key number of the register
 * @param action what it does
 * @param outcome what is known of it
 * @param value what was written or read; {@link History#NOTHING} if it read that there is nothing, or is a deletion
 * @param intendedNanos when it was meant to be sent
 * @param sentNanos not after it was sent
 * @param answeredNanos not before its answer came; {@link History#NEVER} if none came
 */
public record Operation(
        int number,
        int client,
        int proxy,
        int key,
        Action action,
        Outcome outcome,
        long value,
        long intendedNanos,
        long sentNanos,
        long answeredNanos) {

    /** In one line, with the moments in milliseconds after {@code originNanos}. */
    public String text(long originNanos) {
        String what =
                switch (action) {
                    case READ -> value == History.NOTHING ? "read nothing" : "read " + value;
                    case WRITE -> "wrote " + value;
                    case DELETE -> "deleted";
                };
        return String.format(
                Locale.ROOT,
                "#%d %s%s [%.3f ms to %s] client %d, proxy %d",
                number,
                what,
                outcome == Outcome.DONE ? "" : " (" + outcome.name().toLowerCase(Locale.ROOT) + ")",
                (sentNanos - originNanos) / 1e6,
                answeredNanos == History.NEVER
                        ? "no answer"
                        : String.format(Locale.ROOT, "%.3f ms", (answeredNanos - originNanos) / 1e6),
                client,
                proxy);
    }
}
