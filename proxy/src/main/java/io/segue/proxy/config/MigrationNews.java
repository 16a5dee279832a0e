package io.segue.proxy.config;

import java.util.List;

/**
 * One migration as this proxy sees it, for the control plane. The counters grow from the start of the process.
 *
 * @param migrationId the migration
 * @param ledgers what the ledgers of its interlays hold
 * @param oldSide traffic to OLD
 * @param newSide traffic to NEW
 * @param rescuedReads reads sent to NEW that OLD answered
 * @param shadowCompared shadowed requests whose replies were compared
 * @param shadowMismatched of those, the ones that differed
 * @param shadowShed copies not sent because the copy side was too slow
 * @param repairedKeys keys brought back in step
 */
public record MigrationNews(
        String migrationId,
        List<LedgerNews> ledgers,
        SideNews oldSide,
        SideNews newSide,
        long rescuedReads,
        long shadowCompared,
        long shadowMismatched,
        long shadowShed,
        long repairedKeys) {
    public MigrationNews {
        ledgers = List.copyOf(ledgers);
    }
}
