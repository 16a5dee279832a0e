package io.segue.controlplane.service;

import com.google.protobuf.Timestamp;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.push.ProxyView;
import io.segue.controlplane.time.Times;
import io.segue.proto.v1.Divergence;
import io.segue.proto.v1.MigrationReport;
import io.segue.proto.v1.ProxyDivergence;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ledgers of all proxies put together, and the rule that nothing is switched while they are not empty. */
final class Divergences {
    private static final int DEFAULT_SAMPLE = 100;

    private final ProxyHub hub;
    private final Limits limits;

    /** So many keys are repaired in the time that a proxy may hold work. */
    static final int REPAIRED_IN_A_HOLD = 200;

    Divergences(ProxyHub hub, Limits limits) {
        this.hub = hub;
        this.limits = limits;
    }

    /** What the last reports say about a migration. */
    Divergence of(String migration, int sample) {
        int atMost = sample == 0 ? DEFAULT_SAMPLE : sample;
        Divergence.Builder all = Divergence.newBuilder();
        long oldest = Long.MAX_VALUE;
        for (ProxyView view : hub.proxies()) {
            Optional<MigrationReport> found = view.report().getMigrationsList().stream()
                    .filter(report -> report.getMigrationId().equals(migration))
                    .findFirst();
            if (found.isEmpty()) {
                continue;
            }
            MigrationReport report = found.get();
            all.setCount(all.getCount() + report.getDivergentKeys());
            report.getSampleList().stream()
                    .limit(Math.max(0, atMost - all.getSampleCount()))
                    .forEach(all::addSample);
            all.addProxies(one(view, report));
            if (report.getOldestDivergenceMs() > 0) {
                oldest = Math.min(oldest, report.getOldestDivergenceMs());
            }
        }
        if (oldest != Long.MAX_VALUE) {
            all.setOldest(Times.ofMillis(oldest));
        }
        return all.build();
    }

    private static ProxyDivergence one(ProxyView view, MigrationReport report) {
        ProxyDivergence.Builder one = ProxyDivergence.newBuilder()
                .setProxy(view.proxy().getId())
                .setCount(report.getDivergentKeys())
                .setConnected(view.proxy().getConnected());
        if (report.getOldestDivergenceMs() > 0) {
            Timestamp oldest = Times.ofMillis(report.getOldestDivergenceMs());
            one.setOldest(oldest);
        }
        return one.build();
    }

    /** Whether, by the last reports, more keys are in doubt than are brought in step in a hold. */
    boolean many(String migration) {
        return of(migration, 1).getCount() > REPAIRED_IN_A_HOLD;
    }

    /**
     * Waits for fresh reports and refuses unless all of them say that the two sides are equal, but for a few keys: hot ones may always be
     * in some ledger, and the proxies bring those in step while they hold the change, or refuse it.
     *
     * @param call what is refused: {@code "complete"}
     * @param force what the caller can do about it, beyond waiting; empty for nothing
     */
    void requireFew(String migration, String call, String force) {
        List<String> late = hub.awaitReports(limits.report());
        Divergence now = of(migration, 1);
        if (now.getCount() > REPAIRED_IN_A_HOLD) {
            throw new ServiceException(
                    Code.CONFLICT,
                    "cannot " + call + " now: " + now.getCount() + " keys are not known to be equal on both sides (see"
                            + " GET /api/v1/migrations/" + migration + "/divergence)" + force,
                    Map.of("divergent_keys", now.getCount()));
        }
        if (!late.isEmpty()) {
            throw new ServiceException(
                    Code.CONFLICT,
                    "cannot " + call + " now: no fresh report from " + String.join(", ", late)
                            + ", which may still serve clients; bring it back, or stop it and forget it with DELETE"
                            + " /api/v1/proxies/{id}" + force,
                    Map.of("proxies", late));
        }
    }
}
