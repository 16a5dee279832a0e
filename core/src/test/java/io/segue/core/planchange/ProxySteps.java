package io.segue.core.planchange;

import static io.segue.core.planchange.Fleet.*;

import io.segue.core.movement.Explorer;
import io.segue.core.planchange.Course.Flaw;
import io.segue.core.planchange.Course.Trouble;
import org.jspecify.annotations.Nullable;

/** What proxies do: take configurations one after another, hold, keep what they run on disk, end and start again. */
final class ProxySteps {
    private final Course course;

    ProxySteps(Course course) {
        this.course = course;
    }

    void steps(Fleet fleet, Explorer.Sink<Fleet> sink) {
        for (int p = 0; p < fleet.proxies; p++) {
            if (fleet.is(p, ALIVE)) {
                alive(fleet, p, sink);
            } else {
                start(fleet, p, sink);
            }
        }
    }

    private void alive(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        connect(fleet, p, sink);
        if (fleet.is(p, TO_KEEP)) {
            keep(fleet, p, sink);
        } else if (fleet.state(p) == HoldState.DRAINING) {
            drain(fleet, p, sink);
        } else if (fleet.is(p, COMING)) {
            take(fleet, p, sink);
        }
        limit(fleet, p, sink);
        end(fleet, p, sink);
    }

    // ---- the link

    private static void connect(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        if (fleet.is(p, LINK)) {
            if (PlanChangeModel.has(fleet, Trouble.LINK_CUT)) {
                sink.accept("the link of p" + p + " is cut", cut(PlanChangeModel.spend(fleet, Trouble.LINK_CUT), p));
            }
        } else if (fleet.is(UP) && !fleet.is(p, TO_KEEP) && fleet.state(p) != HoldState.DRAINING) {
            // Who it is is stored before it is sent anything. What it drains for, it has not answered: it will on the
            // new stream.
            Fleet next = fleet.copy().set(p, LINK, 1).set(p, CONNECTED, 1).set(p, REGISTERED, 1);
            next.set(p, ACKED, fleet.get(p, RUNS)).set(p, AWAITED, 0);
            PlanChangeModel.offer(next, p, next.get(VERSION));
            sink.accept("p" + p + " connects", next);
        }
    }

    static Fleet cut(Fleet fleet, int p) {
        return fleet.set(p, LINK, 0).set(p, COMING, 0).set(p, LAST_SENT, 0).set(p, ANSWER, 0);
    }

    // ---- configurations

    private void take(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        int version = fleet.get(p, COMING);
        Fleet next = fleet.copy();
        boolean last = version == fleet.get(p, LAST_SENT);
        next.set(p, COMING, last ? 0 : version + 1).set(p, LAST_SENT, last ? 0 : fleet.get(p, LAST_SENT));
        int plan = fleet.plan(version);
        @Nullable Integer running = fleet.get(p, PLAN) == NO_PLAN ? null : fleet.get(p, PLAN);
        @Nullable Integer held = fleet.is(p, HELD) ? fleet.get(p, HELD) - 1 : null;
        @Nullable Integer hold = fleet.hold(version);
        ConfigMove move = ConfigMove.of(running, held, plan, hold);
        if (moves(move, running, plan) && fleet.is(p, WRITE)) {
            // What is under way comes to its end first.
            return;
        }
        switch (move) {
            case KEEP -> {}
            case COMMIT, SWITCH -> decided(next, p).set(p, PLAN, plan);
            case RELEASE -> decided(next, p).set(p, PLAN, plan);
            case HOLD, SWITCH_AND_HOLD, RELEASE_AND_HOLD -> {
                decided(next, p).set(p, PLAN, plan);
                event(next, p, HoldState.Event.HOLD).set(p, HELD, hold + 1).set(p, DRAINS, version);
                sink.accept("p" + p + " begins to hold", next);
                return;
            }
        }
        sink.accept(
                "p" + p + ": " + move + " v" + version,
                next.set(p, RUNS, version).set(p, TO_KEEP, version));
        if (move == ConfigMove.COMMIT && PlanChangeModel.has(fleet, Trouble.DECISION_REFUSED)) {
            Fleet refused = PlanChangeModel.spend(fleet, Trouble.DECISION_REFUSED);
            refused.set(p, COMING, next.get(p, COMING)).set(p, LAST_SENT, next.get(p, LAST_SENT));
            sink.accept("p" + p + " cannot carry out v" + version, answer(refused, p, version, true));
        }
    }

    private static boolean moves(ConfigMove move, @Nullable Integer running, int plan) {
        return move == ConfigMove.SWITCH && running != null && running != plan;
    }

    private static Fleet decided(Fleet fleet, int p) {
        return event(fleet, p, HoldState.Event.DECIDED).set(p, HELD, 0);
    }

    private static Fleet event(Fleet fleet, int p, HoldState.Event event) {
        return fleet.set(p, STATE, fleet.state(p).after(event).ordinal());
    }

    private void drain(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        int version = fleet.get(p, DRAINS);
        int underWay = course.has(Flaw.NOT_DRAINED) ? 0 : fleet.get(p, WRITE);
        int unknown = course.has(Flaw.UNKNOWN_NOT_FENCED) ? 0 : fleet.get(p, UNKNOWN);
        if (HoldState.mayAcknowledge(underWay, unknown, true)) {
            Fleet next = event(fleet.copy(), p, HoldState.Event.DRAINED).set(p, DRAINS, 0);
            sink.accept("p" + p + " holds", next.set(p, RUNS, version).set(p, TO_KEEP, version));
        } else {
            Fleet next = event(fleet.copy(), p, HoldState.Event.GAVE_UP)
                    .set(p, HELD, 0)
                    .set(p, DRAINS, 0);
            sink.accept("p" + p + " gives up holding", answer(next, p, version, true));
        }
    }

    private void keep(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        int version = fleet.get(p, TO_KEEP);
        Fleet next = fleet.copy().set(p, TO_KEEP, 0);
        if (!course.has(Flaw.HOLD_NOT_KEPT) || fleet.hold(version) == null) {
            next.set(p, KEPT, version);
        }
        sink.accept("p" + p + " keeps v" + version + " on its disk", answer(next, p, version, false));
    }

    private static Fleet answer(Fleet fleet, int p, int version, boolean refusal) {
        return fleet.is(p, LINK) ? fleet.set(p, ANSWER, 2 * version + (refusal ? 1 : 0)) : fleet;
    }

    private void limit(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        if (fleet.state(p) != HoldState.HELD) {
            return;
        }
        Fleet next = fleet.copy();
        if (course.has(Flaw.GUESSES_ABORT)) {
            decided(next, p);
        } else if (course.has(Flaw.GUESSES_COMMIT)) {
            decided(next, p).set(p, PLAN, fleet.get(p, HELD) - 1);
        } else {
            event(next, p, HoldState.Event.LIMIT);
        }
        sink.accept("p" + p + " has held for too long", next);
    }

    // ---- its end, and the next start

    private void end(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        if (PlanChangeModel.has(fleet, Trouble.PROXY_CRASHES) && !fleet.is(p, STRAY)) {
            Fleet next = PlanChangeModel.spend(fleet, Trouble.PROXY_CRASHES);
            if (next.get(p, WRITE) == DatabaseSteps.SENT) {
                DatabaseSteps.stray(next, p);
            }
            sink.accept("p" + p + " crashes", gone(next, p));
        }
        boolean quiet = !fleet.is(p, WRITE) && !fleet.is(p, UNKNOWN) && !fleet.is(p, COMING);
        boolean told = fleet.is(p, LINK) && fleet.is(p, CONNECTED) && fleet.is(UP);
        if (PlanChangeModel.has(fleet, Trouble.PROXY_STOPS) && quiet && told && !fleet.is(p, TO_KEEP)) {
            // It promises not to serve before it has been told what to; then it is no longer waited for.
            Fleet next = PlanChangeModel.spend(fleet, Trouble.PROXY_STOPS);
            if (!course.has(Flaw.STOPPED_STARTS_FROM_DISK)) {
                next.set(p, KEPT, 0);
            }
            next.set(p, REGISTERED, 0).set(p, CONNECTED, 0).set(p, AWAITED, 0);
            sink.accept("p" + p + " stops in order", gone(next, p));
        }
    }

    private static Fleet gone(Fleet fleet, int p) {
        DatabaseSteps.forget(fleet, p);
        return cut(fleet, p)
                .set(p, ALIVE, 0)
                .set(p, PLAN, NO_PLAN)
                .set(p, HELD, 0)
                .set(p, STATE, 0)
                .set(p, RUNS, 0)
                .set(p, DRAINS, 0)
                .set(p, TO_KEEP, 0)
                .set(p, UNKNOWN, 0);
    }

    private void start(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        Fleet next = fleet.copy().set(p, ALIVE, 1);
        int kept = fleet.get(p, KEPT);
        // Connections of the process before may still have something on them.
        boolean unknown = fleet.is(p, STRAY) && !course.has(Flaw.LEFTOVERS_NOT_FENCED);
        next.set(p, UNKNOWN, unknown ? 1 : 0);
        if (kept != 0) {
            next.set(p, PLAN, fleet.plan(kept));
            next.set(p, RUNS, kept);
            @Nullable Integer hold = fleet.hold(kept);
            if (hold != null) {
                if (course.has(Flaw.HOLD_NOT_RESUMED)) {
                    event(next, p, HoldState.Event.HOLD).set(p, HELD, hold + 1).set(p, DRAINS, kept);
                } else {
                    event(next, p, HoldState.Event.RESUMED).set(p, HELD, hold + 1);
                }
            }
        }
        sink.accept("p" + p + " starts", next);
    }
}
