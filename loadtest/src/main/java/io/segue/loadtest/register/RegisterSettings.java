package io.segue.loadtest.register;

import java.util.List;

/**
 * What load to put on the registers.
 *
 * @param ports where the proxies serve, on 127.0.0.1; a number may be given twice
 * @param clients at least one for each proxy; each has a proxy of its own, in turn, and every {@value #HOPPER}th uses all of them
 * @param keys number of registers, at least {@value #HOTTEST}; half of all operations go to the first {@value #HOTTEST} of them
 * @param ratePerSecond operations per second, of all clients together
 * @param readShare share of the operations that read, 0.0 to 1.0
 * @param deleteShare share of those that delete, 0.0 to 1.0 together with the reads; the rest writes
 * @param prefix what the names of the keys begin with
 * @param seed of every choice, so that a run can be repeated
 */
public record RegisterSettings(
        List<Integer> ports,
        int clients,
        int keys,
        double ratePerSecond,
        double readShare,
        double deleteShare,
        String prefix,
        long seed) {
    /** So many keys get half of the load: with a thousand equally hot ones hardly two requests for one key would ever meet. */
    static final int HOTTEST = 20;

    static final int HOPPER = 5;
    private static final int CLIENTS = 30;
    private static final int KEYS = 1_000;

    /** Checks the ranges. */
    public RegisterSettings {
        ports = List.copyOf(ports);
        if (ports.isEmpty() || clients < ports.size()) {
            throw new IllegalArgumentException(
                    "clients: " + clients + " on " + ports.size() + " proxies (expected: a client or more for each)");
        }
        if (keys < HOTTEST) {
            throw new IllegalArgumentException("keys: " + keys + " (expected: at least " + HOTTEST + ")");
        }
        if (!(readShare >= 0 && deleteShare >= 0 && readShare + deleteShare <= 1)) {
            throw new IllegalArgumentException("readShare, deleteShare: " + readShare + ", " + deleteShare
                    + " (expected: 0.0 to 1.0, and so their sum)");
        }
    }

    /** 30 clients, 1,000 keys, 60 % reads, 2 % deletions. */
    public static RegisterSettings of(List<Integer> ports, double ratePerSecond, long seed) {
        return new RegisterSettings(ports, CLIENTS, KEYS, ratePerSecond, 0.60, 0.02, "register:", seed);
    }

    /** The name of a key. */
    public String name(int key) {
        return prefix + key;
    }
}
