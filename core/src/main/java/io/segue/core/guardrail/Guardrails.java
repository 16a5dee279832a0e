package io.segue.core.guardrail;

import io.segue.core.guardrail.Judgement.Outcome;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Limits that NEW must keep, judged against OLD over a sliding window.
 *
 * <p><b>No data is no pass, and no breach.</b> A limit is judged only on {@code minRequests} requests or more: with fewer it is neither kept
 * nor broken. So what waits for a pass waits on, and nothing is taken back because of a handful of requests.
 *
 * @param maxErrorRate by how much the share of failed requests on NEW may exceed OLD's, 0.0 to 1.0: errors that an application provokes on
 *     both sides alike are not NEW's fault
 * @param maxP99Ratio how many times OLD's 99th percentile of latency NEW's may be, above 0.0, at most 1000.0
 * @param maxDivergenceRate which share of the compared replies may differ, 0.0 to 1.0
 * @param windowSeconds length of the window, 1 to 3600
 * @param minRequests how many requests a figure must rest on, 1 to 1,000,000,000
 */
public record Guardrails(
        OptionalDouble maxErrorRate,
        OptionalDouble maxP99Ratio,
        OptionalDouble maxDivergenceRate,
        int windowSeconds,
        int minRequests) {
    /** The window unless one is asked for. */
    public static final int DEFAULT_WINDOW_SECONDS = 60;

    /** How many requests a figure must rest on unless that is asked for. */
    public static final int DEFAULT_MIN_REQUESTS = 100;

    private static final double MOST_RATIO = 1_000.0;

    public Guardrails {
        maxErrorRate.ifPresent(value -> Check.share("guardrails.max_error_rate", value));
        maxDivergenceRate.ifPresent(value -> Check.share("guardrails.max_divergence_rate", value));
        maxP99Ratio.ifPresent(Guardrails::ratio);
        Check.range("guardrails.window_seconds", windowSeconds, 1, 3_600);
        Check.range("guardrails.min_requests", minRequests, 1, 1_000_000_000);
        if (maxErrorRate.isEmpty() && maxP99Ratio.isEmpty() && maxDivergenceRate.isEmpty()) {
            throw new InvalidFieldException(
                    "guardrails", "no limit", "max_error_rate, max_p99_ratio, max_divergence_rate, or several of them");
        }
    }

    private static void ratio(double value) {
        // Written so that NaN fails too.
        if (!(value > 0.0 && value <= MOST_RATIO)) {
            throw new InvalidFieldException("guardrails.max_p99_ratio", value, "above 0.0, at most " + MOST_RATIO);
        }
    }

    /** Judges one window: a breach of any limit is a breach, a limit without data keeps the rest from passing. */
    public Judgement judge(Figures figures) {
        List<Judgement> all = new ArrayList<>();
        maxErrorRate.ifPresent(most -> all.add(errors(most, figures)));
        maxP99Ratio.ifPresent(most -> all.add(latency(most, figures)));
        maxDivergenceRate.ifPresent(most -> all.add(divergence(most, figures)));
        Outcome worst = Outcome.PASSED;
        for (Judgement one : all) {
            worst = one.outcome().compareTo(worst) > 0 ? one.outcome() : worst;
        }
        List<String> reasons = new ArrayList<>();
        for (Judgement one : all) {
            if (one.outcome() == worst) {
                reasons.add(one.reason());
            }
        }
        return new Judgement(worst, String.join("; ", reasons));
    }

    private Judgement errors(double most, Figures figures) {
        SideFigures there = figures.newSide();
        if (there.requests() < minRequests) {
            return tooFew("error rate", there.requests(), "requests to NEW");
        }
        // A few requests of OLD prove nothing, also not that OLD is no better.
        double here = figures.oldSide().requests() < minRequests
                ? 0.0
                : figures.oldSide().errorRate();
        return judged(
                there.errorRate() - here > most,
                "error rate: " + percent(there.errorRate()) + " of " + there.requests() + " requests failed on NEW, "
                        + percent(here) + " on OLD (allowed: " + percent(most) + " more)");
    }

    private Judgement latency(double most, Figures figures) {
        SideFigures here = figures.oldSide();
        SideFigures there = figures.newSide();
        if (there.measured() < minRequests) {
            return tooFew("p99", there.measured(), "answers of NEW");
        }
        if (here.measured() < minRequests) {
            return tooFew("p99", here.measured(), "answers of OLD");
        }
        double ratio = (double) there.p99Micros() / Math.max(1, here.p99Micros());
        return judged(
                ratio > most,
                "p99: " + millis(there.p99Micros()) + " on NEW, " + millis(here.p99Micros()) + " on OLD, which is "
                        + String.format(Locale.ROOT, "%.1f", ratio) + " times as long (allowed: " + most + " times)");
    }

    private Judgement divergence(double most, Figures figures) {
        if (figures.compared() < minRequests) {
            return tooFew("divergence", figures.compared(), "compared replies");
        }
        double rate = (double) figures.mismatched() / figures.compared();
        return judged(
                rate > most,
                "divergence: " + percent(rate) + " of " + figures.compared() + " compared replies differed (allowed: "
                        + percent(most) + ")");
    }

    private Judgement tooFew(String limit, long found, String what) {
        return new Judgement(Outcome.NO_DATA, limit + ": " + found + " " + what + " (needed: " + minRequests + ")");
    }

    private static Judgement judged(boolean breached, String reason) {
        return new Judgement(breached ? Outcome.BREACHED : Outcome.PASSED, reason);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", share * 100);
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f ms", micros / 1_000.0);
    }
}
