package io.segue.proxy.engine;

import io.segue.core.verdict.Side;
import io.segue.proxy.config.LedgerNews;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.upstream.Lane;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one interlay remembers about a migration for as long as it lasts, over all plans and event loops: the ledger, the dual writes
 * under way, and the connections that may still have a write of ours on them. Thread-safe.
 */
public final class MigrationState {
    /** Keys noted one by one; some 100 bytes each. */
    private static final int LEDGER_LIMIT = 1_000_000;

    /** A lost connection whose requests the server may still execute, unless it is killed there first. */
    record Fence(Side side, String runId, long connectionId) {}

    private final String migrationId;
    private final String interlayId;
    private final Ledger ledger = new Ledger(LEDGER_LIMIT);
    private final Stripes stripes = new Stripes();
    private final Queue<Fence> fences = new ConcurrentLinkedQueue<>();
    private final AtomicLong repaired = new AtomicLong();
    private final Set<Integer> databases = ConcurrentHashMap.newKeySet();

    public MigrationState(String migrationId, String interlayId) {
        this.migrationId = migrationId;
        this.interlayId = interlayId;
    }

    Ledger ledger() {
        return ledger;
    }

    Stripes stripes() {
        return stripes;
    }

    Queue<Fence> fences() {
        return fences;
    }

    /** The outcome of something sent on {@code lane} is not known: before its keys are repaired, the connection must be dead. */
    void fence(Side side, Lane lane) {
        ServerFacts facts = lane.facts();
        if (facts != null && facts.connectionId() >= 0) {
            fences.add(new Fence(side, facts.runId(), facts.connectionId()));
        }
    }

    /** A client writes in database {@code db}. */
    void uses(int db) {
        if (db != 0) {
            databases.add(db);
        }
    }

    /** The databases other than 0 that clients have written in. */
    Set<Integer> databases() {
        return databases;
    }

    void countRepaired() {
        repaired.incrementAndGet();
    }

    /** Keys brought back in step so far. */
    public long repaired() {
        return repaired.get();
    }

    /** How many keys are not known to be equal. */
    public long divergent() {
        return ledger.size();
    }

    /** Keys whose truth has moved to the side that the plan does not have it on, and is not back yet. */
    public int moved() {
        return ledger.moved();
    }

    /** Takes the truth of all keys back to where the plan has it, although the later state is elsewhere. */
    public void giveUpMoves() {
        ledger.giveUpMoves();
    }

    /** Changes whenever the truth of some key moves, there or back. */
    public long moves() {
        return ledger.moves();
    }

    /** Whether nothing is left to repair, and nothing is on the way that could undo a repair. */
    public boolean settled() {
        return ledger.isEmpty() && fences.isEmpty();
    }

    /** When the oldest of them was noted, milliseconds since the Unix epoch; 0 if there is none. */
    public long oldestMs() {
        return ledger.oldestMs();
    }

    /** Nothing is known about either side any more: everything is compared again. */
    public void distrustEverything() {
        ledger.markEverything();
    }

    private static String reason(LedgerEntry entry) {
        String cause = entry.cause.name().toLowerCase(Locale.ROOT);
        String what = entry.moved
                ? cause + "; the later state is on " + entry.authority.name().toUpperCase(Locale.ROOT)
                : cause;
        return entry.failure.isEmpty() ? what : what + "; not repaired: " + entry.failure;
    }

    /** The ledger as the control plane is told of it. */
    public LedgerNews news() {
        List<LedgerNews.DivergentKeyNews> sample = ledger.some(LedgerNews.MAX_SAMPLE).stream()
                .map(key -> {
                    LedgerEntry entry = ledger.get(key);
                    return entry == null
                            ? new LedgerNews.DivergentKeyNews(key.bytes(), key.db(), "repaired", 0)
                            : new LedgerNews.DivergentKeyNews(key.bytes(), key.db(), reason(entry), entry.sinceMs);
                })
                .toList();
        return new LedgerNews(migrationId, interlayId, ledger.size(), ledger.oldestMs(), sample);
    }
}
