package io.segue.loadtest.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * How far the copy is, as the control plane says it.
 *
 * @param phase of the movers
 * @param stage how far the migration has opened
 * @param status of the migration
 * @param feed how changes are learnt; empty before that is decided
 * @param copied keys of the first copy
 * @param total keys to copy, as far as known
 * @param followed keys carried over because they changed
 * @param perSecond keys, over the last seconds
 * @param lagMs age of the oldest change that is not carried over
 */
record CopyProgress(
        String phase,
        String stage,
        String status,
        String feed,
        long copied,
        long total,
        long followed,
        double perSecond,
        long lagMs) {

    /** Reads what GET …/progress answers. */
    static CopyProgress of(JsonNode progress) {
        return new CopyProgress(
                progress.path("phase").asText(),
                progress.path("stage").asText(),
                progress.path("status").asText(),
                progress.path("feed").asText(),
                progress.path("keys_copied").asLong(),
                progress.path("keys_total").asLong(),
                progress.path("keys_followed").asLong(),
                progress.path("keys_per_second").asDouble(),
                progress.path("lag_ms").asLong());
    }

    /** Whether the first copy is done and changes are followed. */
    boolean over() {
        return !failed() && !stage.equals("copying");
    }

    /** Whether there is nothing to wait for any more. */
    boolean failed() {
        return !status.equals("running");
    }

    /** The share that is copied, 0.0 to 1.0. */
    double share() {
        return total == 0 ? 0 : Math.min(1, (double) copied / total);
    }

    /** In one line. */
    String line() {
        return String.format(
                Locale.ROOT,
                "copy  %-9s %,d of %,d keys, %,.0f/s, %,d changes followed by %s, lag %d ms",
                phase,
                copied,
                total,
                perSecond,
                followed,
                feed.isEmpty() ? "(no feed yet)" : feed,
                lagMs);
    }
}
