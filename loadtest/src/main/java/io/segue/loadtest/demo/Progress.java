package io.segue.loadtest.demo;

import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.Latencies.Percentiles;
import java.util.Map;

/**
 * What there is to see at one moment of a stage, and at its end.
 *
 * @param stage the stage
 * @param number of the stage, from 1
 * @param stages how many there are
 * @param elapsed share of the stage that is over, 0.0 to 1.0
 * @param split what the servers have executed within the stage
 * @param rate requests answered per second, lately
 * @param answered requests answered since the load began
 * @param inFlight requests that wait for an answer
 * @param latencies within the stage, by destination
 * @param errors since the load began
 * @param stale reads since the load began that were older than an acknowledged write, through whichever proxy
 * @param divergent keys whose sides are not known to be equal, as the proxies report it
 */
record Progress(
        Stage stage,
        int number,
        int stages,
        double elapsed,
        Split split,
        double rate,
        long answered,
        int inFlight,
        Map<Destination, Percentiles> latencies,
        long errors,
        long stale,
        long divergent) {
    Progress {
        latencies = Map.copyOf(latencies);
    }

    /** "310/900", in microseconds; "-" if nothing went there. */
    String latency(Destination destination) {
        Percentiles percentiles = latencies.get(destination);
        return percentiles == null || percentiles.count() == 0
                ? "-"
                : percentiles.p50Micros() + "/" + percentiles.p99Micros();
    }
}
