package io.segue.core.planchange;

import java.util.Arrays;

/**
 * One state of the model: a control plane, its store, proxies with their disks, links between them, and a key that is on one of two databases.
 * Numbers in an array, so that millions of states fit.
 */
final class Fleet {
    /** Sides, and plans: the plan says which side is the authority for the key. */
    static final int OLD = 0;

    static final int NEW = 1;
    static final int NO_PLAN = 2;

    // ---- control plane; what is marked * is lost when it ends
    static final int UP = 0;
    /** *Ordinal of {@link ChangeStep}. */
    static final int STEP = 1;
    /** The latest version in the store. */
    static final int VERSION = 2;

    static final int CHANGES_LEFT = 3;
    /** Writes that clients may still begin. */
    static final int WRITES_LEFT = 4;

    /** Writes, one bit each, that clients were told of. */
    static final int ACKNOWLEDGED = 5;
    /** Writes in the state of a side, one bit each. */
    static final int CONTENT = 6;

    /** How often each trouble may still come. */
    static final int LEFT = 8;

    /** What each version says: the plan, and whether a change to the other one is prepared or held. */
    static final int SAYS = LEFT + 8;

    static final int MOST_VERSIONS = 12;
    static final int PREPARE = 2;
    static final int HOLD = 4;

    // ---- for each proxy
    private static final int PROXIES = SAYS + MOST_VERSIONS;
    static final int ALIVE = 0;
    /** Whether the proxy has a stream. */
    static final int LINK = 1;
    /** *Whether the control plane takes the stream for open. */
    static final int CONNECTED = 2;
    /** Versions on their way to it: from this one; 0 if none. */
    static final int COMING = 3;
    /** Up to this one. */
    static final int LAST_SENT = 4;
    /** An answer on its way to the control plane: twice the version, plus one if it is a refusal; 0 if none. */
    static final int ANSWER = 5;
    /** *The version whose answer counts; 0 if none. */
    static final int AWAITED = 6;
    /** *What it has acknowledged, as the control plane knows it. */
    static final int ACKED = 7;
    /** *What it has refused. */
    static final int REJECTED = 8;
    /** In the store: whether it may be serving. */
    static final int REGISTERED = 9;
    /** At the databases: the version from which on it may use them. */
    static final int MARK = 10;
    /** The plan it serves by; {@link #NO_PLAN} before the first configuration. */
    static final int PLAN = 11;
    /** The plan it would change to, plus one; 0 if it holds nothing. */
    static final int HELD = 12;
    /** Ordinal of {@link HoldState}. */
    static final int STATE = 13;
    /** The version it runs; the one it drains for. */
    static final int RUNS = 14;

    static final int DRAINS = 15;
    /** The version on its disk; 0 if there is none that it may start from. */
    static final int KEPT = 16;
    /** It runs this version, and has not kept and acknowledged it yet; 0 if none. */
    static final int TO_KEEP = 17;
    /** A client's write: 0 none, 1 sent, 2 executed; and which, and where. */
    static final int WRITE = 18;

    static final int WRITE_BIT = 19;
    static final int WRITE_SIDE = 20;
    /** A write on a connection that the proxy has lost, and that the server may still execute: its bit; 0 if none. And where. */
    static final int STRAY = 21;

    static final int STRAY_SIDE = 22;
    /** Whether the proxy has connections of which it does not know what became of the requests on them. */
    static final int UNKNOWN = 23;

    private static final int SIZE = 24;

    final int proxies;
    private final byte[] cells;

    Fleet(int proxies) {
        this.proxies = proxies;
        this.cells = new byte[PROXIES + proxies * SIZE];
    }

    private Fleet(int proxies, byte[] cells) {
        this.proxies = proxies;
        this.cells = cells;
    }

    Fleet copy() {
        return new Fleet(proxies, cells.clone());
    }

    int get(int cell) {
        return cells[cell];
    }

    Fleet set(int cell, int value) {
        cells[cell] = (byte) value;
        return this;
    }

    int get(int proxy, int cell) {
        return cells[PROXIES + proxy * SIZE + cell];
    }

    Fleet set(int proxy, int cell, int value) {
        cells[PROXIES + proxy * SIZE + cell] = (byte) value;
        return this;
    }

    boolean is(int cell) {
        return get(cell) != 0;
    }

    boolean is(int proxy, int cell) {
        return get(proxy, cell) != 0;
    }

    // ---- what several parts of the model ask

    ChangeStep step() {
        return ChangeStep.values()[get(STEP)];
    }

    HoldState state(int proxy) {
        return HoldState.values()[get(proxy, STATE)];
    }

    /** The plan that a version says is to run. */
    int plan(int version) {
        return get(SAYS + version) & 1;
    }

    /** The plan that is to be held, or null. */
    Integer hold(int version) {
        return (get(SAYS + version) & HOLD) == 0 ? null : 1 - plan(version);
    }

    boolean preparing(int version) {
        return (get(SAYS + version) & (PREPARE | HOLD)) != 0;
    }

    /** Whether a proxy may send to the databases. */
    boolean admitted(int proxy) {
        return !Eviction.shutOut(get(proxy, MARK), get(proxy, RUNS));
    }

    /** Whether a request for the key would be served now. */
    boolean serves(int proxy) {
        return is(proxy, ALIVE)
                && get(proxy, PLAN) != NO_PLAN
                && state(proxy).answer() == HoldState.Answer.SERVE
                && admitted(proxy);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fleet fleet && Arrays.equals(cells, fleet.cells);
    }

    @Override
    public int hashCode() {
        int hash = Arrays.hashCode(cells);
        return hash ^ (hash >>> 15);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(is(UP) ? "cp " + step() : "cp down")
                .append(" v")
                .append(get(VERSION))
                .append(says(get(VERSION)));
        for (int p = 0; p < proxies; p++) {
            text.append(" | p").append(p).append(is(p, ALIVE) ? "" : " dead");
            text.append(is(p, LINK) ? "" : " cut").append(is(p, REGISTERED) ? "" : " unregistered");
            text.append(' ')
                    .append(state(p))
                    .append(" v")
                    .append(get(p, RUNS))
                    .append(" disk ")
                    .append(get(p, KEPT));
            text.append(" plan ").append(get(p, PLAN)).append(" acked ").append(get(p, ACKED));
            text.append(is(p, WRITE) ? " write " + get(p, WRITE) + "@" + get(p, WRITE_SIDE) : "");
            text.append(is(p, STRAY) ? " stray@" + get(p, STRAY_SIDE) : "");
        }
        return text + " | acked " + get(ACKNOWLEDGED) + " old " + get(CONTENT) + " new " + get(CONTENT + 1);
    }

    private String says(int version) {
        int says = get(SAYS + version);
        return "=" + (says & 1) + ((says & HOLD) != 0 ? "hold" : (says & PREPARE) != 0 ? "prepare" : "");
    }
}
