package io.segue.proxy.telemetry;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often what was used, over all event loops of an interlay, since it was opened.
 *
 * @param calls by number of the command
 * @param apart calls whose keys do not belong together, by number of the command
 * @param unknown by name, for commands without a number of their own
 * @param example the last request whose keys do not belong together; null: there was none
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Handed from the one who sums up to the one who subtracts; nobody compares them.
public record CensusTotals(
        long[] calls,
        long[] apart,
        long otherDatabases,
        Map<String, Long> unknown,
        LoopCensus.@Nullable Example example) {

    /** Nothing yet. */
    public static CensusTotals none() {
        return new CensusTotals(
                new long[LoopCensus.MOST_COMMANDS], new long[LoopCensus.MOST_COMMANDS], 0, Map.of(), null);
    }

    static CensusTotals of(Iterable<LoopStats> loops) {
        long[] calls = new long[LoopCensus.MOST_COMMANDS];
        long[] apart = new long[LoopCensus.MOST_COMMANDS];
        long otherDatabases = 0;
        Map<String, Long> unknown = new HashMap<>();
        LoopCensus.Example example = null;
        for (LoopStats loop : loops) {
            LoopCensus census = loop.census();
            for (int i = 0; i < LoopCensus.MOST_COMMANDS; i++) {
                calls[i] += census.calls(i);
                apart[i] += census.apartCalls(i);
            }
            otherDatabases += census.otherDatabases();
            census.unknown().calls().forEach((name, count) -> unknown.merge(name, count, Long::sum));
            example = census.example() == null ? example : census.example();
        }
        return new CensusTotals(calls, apart, otherDatabases, unknown, example);
    }
}
