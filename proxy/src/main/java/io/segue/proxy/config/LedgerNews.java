package io.segue.proxy.config;

import java.util.List;

/**
 * The ledger of one interlay under one migration, as told to the control plane.
 *
 * @param migrationId the migration
 * @param interlayId the interlay
 * @param keys how many keys are not known to be equal on both sides
 * @param oldestMs when the oldest of them was marked, milliseconds since the Unix epoch; 0 if there is none
 * @param sample some of those keys; at most {@value #MAX_SAMPLE} leave the proxy
 */
public record LedgerNews(
        String migrationId, String interlayId, long keys, long oldestMs, List<DivergentKeyNews> sample) {
    /** Most keys in a sample. */
    public static final int MAX_SAMPLE = 100;

    public LedgerNews {
        sample = List.copyOf(sample);
    }

    /**
     * One key of the ledger.
     *
     * @param key its bytes; not copied, the caller gives them away
     * @param db its database number
     * @param cause why it was marked: a short fixed word
     * @param sinceMs when, milliseconds since the Unix epoch
     */
    @SuppressWarnings("ArrayRecordComponent") // Opaque bytes on their way to the wire; nobody compares them.
    public record DivergentKeyNews(byte[] key, int db, String cause, long sinceMs) {}
}
