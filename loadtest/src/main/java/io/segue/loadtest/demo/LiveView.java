package io.segue.loadtest.demo;

import io.segue.loadtest.load.Latencies.Destination;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Shows progress: redrawn in place on a terminal, else a line now and then. For one thread. */
final class LiveView {
    private static final int BAR = 40;
    private static final long LINE_EVERY_NANOS = Duration.ofSeconds(2).toNanos();

    private final PrintStream out;
    private final boolean terminal;
    private int drawn;
    private long nextLineNanos;

    /** A view on {@code out}, which is a terminal or is not. */
    LiveView(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
        this.nextLineNanos = System.nanoTime();
    }

    /** A sentence that stays. */
    void say(String sentence) {
        clear();
        out.println(sentence);
    }

    /** Shows where things stand. */
    void show(Progress progress) {
        if (terminal) {
            clear();
            String text = block(progress);
            out.print(text);
            out.flush();
            drawn = (int) text.lines().count();
        } else if (System.nanoTime() >= nextLineNanos) {
            nextLineNanos = System.nanoTime() + LINE_EVERY_NANOS;
            out.println(line(progress));
        }
    }

    /** Shows how far the copy is. */
    void show(CopyProgress copy) {
        if (terminal) {
            clear();
            out.printf(Locale.ROOT, "%n  [%s]%n  %s%n", bar(copy.share()), copy.line());
            out.flush();
            drawn = 3;
        } else if (System.nanoTime() >= nextLineNanos) {
            nextLineNanos = System.nanoTime() + LINE_EVERY_NANOS;
            out.println(copy.line());
        }
    }

    /** Shows the end of the copy, which stays. */
    void copied(CopyProgress copy) {
        say(copy.line());
    }

    /** Shows the end of a stage, which stays. */
    void stageDone(Progress progress) {
        clear();
        nextLineNanos = System.nanoTime() + LINE_EVERY_NANOS;
        out.println(line(progress));
    }

    private void clear() {
        if (drawn > 0) {
            // ANSI: so many lines up, and erase from there to the end.
            out.print("\033[" + drawn + "F\033[J");
            drawn = 0;
        }
    }

    private static String line(Progress p) {
        return String.format(
                Locale.ROOT,
                "%d/%d %-14s reads on NEW %5.1f %%  %,6.0f/s  p50/p99 us: OLD %s  NEW %s  both %s  errors %d  stale %d  divergent %d",
                p.number(),
                p.stages(),
                p.stage().name(),
                100 * p.split().newShare(),
                p.rate(),
                p.latency(Destination.OLD),
                p.latency(Destination.NEW),
                p.latency(Destination.BOTH),
                p.errors(),
                p.stale(),
                p.divergent());
    }

    private static String block(Progress p) {
        return String.format(
                Locale.ROOT,
                """

                  stage %d of %d     %-14s [%s]
                  reads on NEW     %5.1f %%        [%s]  target %.0f %%
                  writes           %s
                  rate             %,.0f/s, %,d answered, %,d in flight
                  p50/p99 in us    OLD %s   NEW %s   both %s
                  errors %d   stale reads %d   divergent keys %d
                """,
                p.number(),
                p.stages(),
                p.stage().name(),
                bar(p.elapsed()),
                100 * p.split().newShare(),
                bar(p.split().newShare()),
                100 * p.stage().share(),
                p.stage().writes(),
                p.rate(),
                p.answered(),
                p.inFlight(),
                p.latency(Destination.OLD),
                p.latency(Destination.NEW),
                p.latency(Destination.BOTH),
                p.errors(),
                p.stale(),
                p.divergent());
    }

    /** A bar of plain characters, so that it looks the same in every locale. */
    static String bar(double share) {
        int filled = (int) Math.round(Math.max(0, Math.min(1, share)) * BAR);
        return "#".repeat(filled) + ".".repeat(BAR - filled);
    }
}
