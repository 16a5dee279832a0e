package io.segue.core.planchange;

import static io.segue.core.planchange.Fleet.*;

import io.segue.core.movement.Explorer;
import io.segue.core.planchange.Course.Trouble;

/** What clients, databases and the connections between proxies and databases do. */
final class DatabaseSteps {
    /** States of a write. */
    static final int SENT = 1;

    static final int EXECUTED = 2;

    private final Course course;

    DatabaseSteps(Course course) {
        this.course = course;
    }

    void steps(Fleet fleet, Explorer.Sink<Fleet> sink) {
        for (int p = 0; p < fleet.proxies; p++) {
            write(fleet, p, sink);
            if (fleet.get(p, WRITE) != 0) {
                lose(fleet, p, sink);
            }
            if (fleet.is(p, STRAY)) {
                Fleet next = fleet.copy();
                execute(next, fleet.get(p, STRAY_SIDE), fleet.get(p, STRAY));
                sink.accept("a forgotten write of p" + p + " is executed", clearStray(next, p));
            }
            if (fleet.is(p, ALIVE) && fleet.is(p, UNKNOWN)) {
                // The connection is killed at the server.
                sink.accept("p" + p + " fences", clearStray(fleet.copy(), p).set(p, UNKNOWN, 0));
            }
        }
    }

    private void write(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        switch (fleet.get(p, WRITE)) {
            case 0 -> {
                if (fleet.is(WRITES_LEFT) && fleet.serves(p)) {
                    int bit = 1 << (course.writes - fleet.get(WRITES_LEFT));
                    Fleet next = fleet.copy().set(WRITES_LEFT, fleet.get(WRITES_LEFT) - 1);
                    next.set(p, WRITE, SENT).set(p, WRITE_BIT, bit).set(p, WRITE_SIDE, fleet.get(p, PLAN));
                    sink.accept("p" + p + " sends a write", next);
                }
            }
            case SENT -> {
                Fleet next = fleet.copy().set(p, WRITE, EXECUTED);
                execute(next, fleet.get(p, WRITE_SIDE), fleet.get(p, WRITE_BIT));
                sink.accept("the write of p" + p + " is executed", next);
            }
            default -> {
                Fleet next = fleet.copy().set(ACKNOWLEDGED, fleet.get(ACKNOWLEDGED) | fleet.get(p, WRITE_BIT));
                forget(next, p);
                sink.accept("the write of p" + p + " is acknowledged", next);
            }
        }
    }

    private static void execute(Fleet fleet, int side, int bit) {
        fleet.set(CONTENT + side, fleet.get(CONTENT + side) | bit);
    }

    /** The proxy loses the connection: its client is told that nobody knows. */
    private static void lose(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        if (PlanChangeModel.has(fleet, Trouble.LANE_LOST) && !fleet.is(p, STRAY)) {
            Fleet next = PlanChangeModel.spend(fleet, Trouble.LANE_LOST).set(p, UNKNOWN, 1);
            if (fleet.get(p, WRITE) == SENT) {
                stray(next, p);
            }
            forget(next, p);
            sink.accept("p" + p + " loses the connection of its write", next);
        }
    }

    /** The write is on a connection that nobody waits for any more. */
    static void stray(Fleet fleet, int p) {
        fleet.set(p, STRAY, fleet.get(p, WRITE_BIT)).set(p, STRAY_SIDE, fleet.get(p, WRITE_SIDE));
    }

    private static Fleet clearStray(Fleet fleet, int p) {
        return fleet.set(p, STRAY, 0).set(p, STRAY_SIDE, 0);
    }

    static void forget(Fleet fleet, int p) {
        fleet.set(p, WRITE, 0).set(p, WRITE_BIT, 0).set(p, WRITE_SIDE, 0);
    }
}
