package io.segue.loadtest.demo;

import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How the run went, in numbers, and whether all of it held.
 *
 * @param requests answered, with whatever answer
 * @param errors requests that failed
 * @param acknowledgedWrites writes that were acknowledged
 * @param onNew what the search for them on NEW found
 * @param stages the end of each stage
 * @param problems what did not hold; empty if the run is a success
 * @param staleElsewhere reads through the other proxy that were older than an acknowledged write
 */
record Report(
        long requests,
        long errors,
        long acknowledgedWrites,
        FinalCheck onNew,
        List<Progress> stages,
        List<String> problems,
        long staleElsewhere) {
    /** How far, as a share, the measured split may be from the target: it is a sample of requests over a sample of keys. */
    private static final double SPLIT_TOLERANCE = 0.03;

    Report {
        stages = List.copyOf(stages);
        problems = List.copyOf(problems);
    }

    /** Draws the conclusions. */
    static Report of(Checker checker, long requests, List<Progress> stages, FinalCheck onNew) {
        List<String> problems = new ArrayList<>();
        if (checker.acknowledgedWrites() == 0 || checker.reads() == 0) {
            problems.add("no load: " + checker.reads() + " reads, " + checker.acknowledgedWrites() + " writes");
        }
        if (checker.errors() > 0) {
            problems.add("errors: " + checker.errors() + " (expected: 0)");
        }
        for (Violation violation : Violation.values()) {
            if (violation.isFatal() && checker.count(violation) > 0) {
                problems.add(violation.description() + ": " + checker.count(violation) + " (expected: 0)");
            }
        }
        if (onNew.missingWrites() > 0) {
            problems.add("acknowledged writes missing on NEW: " + onNew.missingWrites() + " (expected: 0)");
        }
        if (onNew.extraWrites() > 0) {
            problems.add("writes on NEW that were applied twice or that nobody sent: " + onNew.extraWrites()
                    + " (expected: 0)");
        }
        for (Progress stage : stages) {
            double measured = stage.split().newShare();
            double target = stage.stage().share();
            if (Math.abs(measured - target) > SPLIT_TOLERANCE) {
                problems.add(String.format(
                        Locale.ROOT,
                        "%s: reads on NEW: %.1f %% (expected: %.1f %%, give or take %.0f points)",
                        stage.stage().name(),
                        100 * measured,
                        100 * target,
                        100 * SPLIT_TOLERANCE));
            }
        }
        return new Report(
                requests,
                checker.errors(),
                checker.acknowledgedWrites(),
                onNew,
                stages,
                problems,
                checker.count(Violation.STALE_READ_ELSEWHERE));
    }

    /** Whether all of it held. */
    boolean holds() {
        return problems.isEmpty();
    }

    /** The report as text. */
    String text() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%-15s %9s %9s %16s %16s %16s %7s %9s%n",
                "stage",
                "target",
                "measured",
                "OLD p50/p99 us",
                "NEW p50/p99 us",
                "both p50/p99 us",
                "errors",
                "divergent"));
        for (Progress stage : stages) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-15s %7.1f %% %7.1f %% %16s %16s %16s %7d %9d%n",
                    stage.stage().name(),
                    100 * stage.stage().share(),
                    100 * stage.split().newShare(),
                    stage.latency(Destination.OLD),
                    stage.latency(Destination.NEW),
                    stage.latency(Destination.BOTH),
                    stage.errors(),
                    stage.divergent()));
        }
        text.append(String.format(
                Locale.ROOT,
                """

                requests                     %,12d
                errors                       %,12d
                acknowledged writes          %,12d
                writes missing on NEW        %,12d
                writes applied twice         %,12d
                keys compared on NEW         %,12d
                stale reads, other proxy     %,12d

                """,
                requests,
                errors,
                acknowledgedWrites,
                onNew.missingWrites(),
                onNew.extraWrites(),
                onNew.keys(),
                staleElsewhere));
        if (holds()) {
            text.append("All of it held: every acknowledged write is on NEW.").append(System.lineSeparator());
        } else {
            problems.forEach(problem -> text.append("FAILED  ").append(problem).append(System.lineSeparator()));
        }
        return text.toString();
    }
}
