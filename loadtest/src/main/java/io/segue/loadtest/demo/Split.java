package io.segue.loadtest.demo;

import io.segue.loadtest.load.Kind;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many reads and writes the two servers have executed, as they count themselves: nobody's word is taken for the split. Reads are those
 * commands that only clients send: movers look into hashes and sorted sets with the same commands as clients do.
 *
 * @param oldReads on OLD
 * @param newReads on NEW
 * @param oldWrites on OLD
 * @param newWrites on NEW
 */
record Split(long oldReads, long newReads, long oldWrites, long newWrites) {
    private static final Set<String> READS = names(true);
    private static final Set<String> WRITES = names(false);

    /** The counters now. */
    static Split now(RespClient oldServer, RespClient newServer) throws IOException {
        String ofOld = commandStats(oldServer);
        String ofNew = commandStats(newServer);
        return new Split(sum(ofOld, READS), sum(ofNew, READS), sum(ofOld, WRITES), sum(ofNew, WRITES));
    }

    /** What has been added since {@code earlier}. */
    Split since(Split earlier) {
        return new Split(
                oldReads - earlier.oldReads,
                newReads - earlier.newReads,
                oldWrites - earlier.oldWrites,
                newWrites - earlier.newWrites);
    }

    /** The share of the reads that NEW has served, 0.0 to 1.0; 0 if there were none. */
    double newShare() {
        long all = oldReads + newReads;
        return all == 0 ? 0 : (double) newReads / all;
    }

    /** Sums the calls in the lines {@code cmdstat_get:calls=21,usec=175,…} of the commands {@code names}. */
    static long sum(String commandStats, Set<String> names) {
        return commandStats
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .filter(line -> names.contains(line.substring("cmdstat_".length(), line.indexOf(':'))))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf("calls=") + "calls=".length(), line.indexOf(','))))
                .sum();
    }

    private static String commandStats(RespClient server) throws IOException {
        Resp reply = server.call("INFO", "commandstats");
        if (reply.isError()) {
            throw new IOException("INFO commandstats: " + reply);
        }
        return reply.text();
    }

    private static Set<String> names(boolean reads) {
        return Arrays.stream(Kind.values())
                .filter(kind -> !reads || (kind != Kind.HASH && kind != Kind.SORTED_SET))
                .map(kind -> (reads ? kind.readCommand() : kind.writeCommand()).toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
