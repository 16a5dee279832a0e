package io.segue.loadtest.register;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Decides whether a history is linearizable: whether every key behaves as one register that takes each operation in one moment between its
 * sending and its answer. A history of many registers is linearizable exactly if the history of each of them is, so keys are looked at one by
 * one. Each key's history must begin when it has no value. See {@link KeySearch} for how a key is decided, exactly and fast.
 */
public final class RegisterChecker {
    private RegisterChecker() {}

    /**
     * What was found.
     *
     * @param operations that were looked at
     * @param keys that had any
     * @param findings one for each key that is not linearizable
     * @param millis how long it took
     * @param originNanos when the first operation was sent
     */
    public record Result(int operations, int keys, List<Finding> findings, long millis, long originNanos) {
        /** Copies the list. */
        public Result {
            findings = List.copyOf(findings);
        }

        /** Whether every key is linearizable. */
        public boolean linearizable() {
            return findings.isEmpty();
        }

        /** In a few lines: the figures, and the first findings. */
        public String text() {
            String figures = String.format(
                    Locale.ROOT,
                    "%,d operations on %,d keys, %d keys not linearizable (checked in %d ms)",
                    operations,
                    keys,
                    findings.size(),
                    millis);
            return findings.stream()
                    .limit(5)
                    .map(finding -> "\n" + finding.text(originNanos))
                    .collect(Collectors.joining("", figures, ""));
        }
    }

    /**
     * Checks all keys.
     *
     * @throws IllegalArgumentException if two writes of a key have the same value
     */
    public static Result check(History history) {
        long start = System.nanoTime();
        int[][] byKey = byKey(history);
        List<Finding> findings = new ArrayList<>();
        int keys = 0;
        for (int[] operations : byKey) {
            if (operations.length > 0) {
                keys++;
                Finding finding = new KeySearch(history, operations).search();
                if (finding != null) {
                    findings.add(finding);
                }
            }
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        return new Result(history.size(), keys, findings, millis, history.size() == 0 ? 0 : history.sentNanos(0));
    }

    /** The numbers of the operations on each key. */
    private static int[][] byKey(History history) {
        int[] counts = new int[history.keys()];
        for (int i = 0; i < history.size(); i++) {
            counts[history.key(i)]++;
        }
        int[][] result = new int[counts.length][];
        for (int k = 0; k < counts.length; k++) {
            result[k] = new int[counts[k]];
            counts[k] = 0;
        }
        for (int i = 0; i < history.size(); i++) {
            int k = history.key(i);
            result[k][counts[k]++] = i;
        }
        return result;
    }
}
