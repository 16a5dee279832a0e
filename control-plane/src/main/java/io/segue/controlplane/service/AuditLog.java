package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoreException;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.store.VersionStep;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.Check;
import io.segue.proto.v1.AuditEntry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who called what, and how it ended. Entries are added and never changed; the last {@value #KEPT} are kept. Both faces write the entry
 * before the caller has its answer. Calls that were refused for want of rights can come in any number, from anybody: after a burst one a
 * second is written down, and the others are counted. Thread-safe.
 */
public final class AuditLog {
    static final int KEPT = 100_000;
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;
    private static final int BURST = 60;
    private static final Duration REFILL = Duration.ofSeconds(1);
    private static final int MAX_TEXT = 512;
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    private final Store store;
    private final Clock clock;
    private long last;
    private int refusalsLeft = BURST;
    private Instant refilled;
    private long unrecorded;

    public AuditLog(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
        this.refilled = clock.instant();
        List<StoredRecord> newest = store.last(Kind.AUDIT, "", 1);
        this.last = newest.isEmpty() ? 0 : Long.parseLong(newest.get(0).key());
    }

    /** Writes down a call; number and time are added. A disk that fails is logged: the call itself has been carried out already. */
    public synchronized void record(AuditEntry entry) {
        boolean refused = entry.getOutcome().equals(Code.UNAUTHENTICATED.apiName())
                || entry.getOutcome().equals(Code.PERMISSION_DENIED.apiName());
        if (refused && !mayRecordRefusal()) {
            unrecorded++;
            return;
        }
        long number = last + 1;
        AuditEntry.Builder whole = entry.toBuilder()
                .setNumber(number)
                .setAt(Times.of(clock.instant()))
                .setCall(printable(entry.getCall()))
                .setTarget(printable(entry.getTarget()))
                .setReason(printable(entry.getReason()))
                .setMessage(printable(entry.getMessage()));
        if (refused) {
            whole.setUnrecorded(unrecorded);
        }
        List<Change> batch = new ArrayList<>();
        batch.add(Change.create(Kind.AUDIT, key(number), whole.build().toByteString()));
        if (number > KEPT) {
            batch.add(Change.delete(Kind.AUDIT, key(number - KEPT)));
        }
        try {
            store.commit(batch, VersionStep.KEEP);
            last = number;
            if (refused) {
                unrecorded = 0;
            }
        } catch (StoreException e) {
            LOG.error("the audit entry for {} by {} could not be written", entry.getCall(), entry.getActor(), e);
        }
    }

    private boolean mayRecordRefusal() {
        Instant now = clock.instant();
        long refills = Math.max(0, Duration.between(refilled, now).toMillis() / REFILL.toMillis());
        if (refills > 0) {
            refusalsLeft = (int) Math.min(BURST, refusalsLeft + refills);
            refilled = now;
        }
        if (refusalsLeft == 0) {
            return false;
        }
        refusalsLeft--;
        return true;
    }

    /**
     * Entries, newest first.
     *
     * @param limit how many at most, 1 to 1,000; 0 for 100
     * @param before only entries with a smaller number; 0 for the newest
     * @param actor only what this token called; empty for all
     */
    public List<AuditEntry> list(int limit, long before, String actor) {
        Check.range("limit", limit, 0, MAX_LIMIT);
        int most = limit == 0 ? DEFAULT_LIMIT : limit;
        List<AuditEntry> found = new ArrayList<>();
        String next = before == 0 ? "" : key(before);
        while (found.size() < most) {
            List<StoredRecord> page = store.last(Kind.AUDIT, next, MAX_LIMIT);
            page.stream()
                    .map(record -> Records.parse(record, AuditEntry.parser()))
                    .filter(entry -> actor.isEmpty() || entry.getActor().equals(actor))
                    .limit(most - found.size())
                    .forEach(found::add);
            if (page.size() < MAX_LIMIT) {
                break;
            }
            next = page.get(page.size() - 1).key();
        }
        return found;
    }

    private static String key(long number) {
        return String.format(Locale.ROOT, "%015d", number);
    }

    /** Short, and without characters that would upset a terminal. */
    private static String printable(String text) {
        String shorter = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
        return shorter.replaceAll("\\p{Cntrl}", "?");
    }
}
