package io.segue.controlplane.testkit;

/** Strategies and data movements as tests write them. */
public final class Strategies {
    public static final String SCAN = ",\"data\":{\"type\":\"scan\",\"replace\":\"replace\"}";
    public static final String SNAPSHOT = ",\"data\":{\"type\":\"snapshot\",\"replace\":\"none\"}";
    public static final String BIG_BANG = "{\"type\":\"big_bang\",\"durability\":false}";

    private Strategies() {}

    /** Writes to both sides, OLD authoritative. */
    public static String dual(double reads) {
        return canary(reads, "{\"mode\":\"dual_write\"}");
    }

    /** Writes to both sides, NEW authoritative. */
    public static String dualNew(double reads) {
        return canary(reads, "{\"mode\":\"dual_write\",\"policy\":\"new_authoritative\"}");
    }

    /** Writes to both sides by a policy, reads at OLD. */
    public static String dualBy(String policy) {
        return canary(0.0, "{\"mode\":\"dual_write\",\"policy\":\"" + policy + "\"}");
    }

    /** Each key on one side. */
    public static String cutover(double reads, double writes) {
        return canary(reads, "{\"mode\":\"cutover\",\"write_percentage\":" + writes + "}");
    }

    private static String canary(double reads, String mode) {
        return "{\"type\":\"canary\",\"read_percentage\":" + reads + ",\"write_mode\":" + mode + "}";
    }
}
