package io.segue.controlplane.ctl;

/** A share as a bar of characters. */
final class ProgressBar {
    private static final int WIDTH = 24;

    private ProgressBar() {}

    /** {@code [######------] 50 %}. */
    static String of(long done, long total) {
        double share = total <= 0 ? 1.0 : Math.max(0.0, Math.min(1.0, (double) done / total));
        int full = (int) Math.round(share * WIDTH);
        return "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] " + (int) Math.floor(share * 100) + " %";
    }
}
