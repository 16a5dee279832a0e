package io.segue.core.planchange;

import static io.segue.core.planchange.Fleet.*;

import io.segue.core.movement.Explorer;
import io.segue.core.planchange.Course.Flaw;
import io.segue.core.planchange.Course.Trouble;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A control plane that changes the plan of a key, as production does: what may happen next is decided by the functions of this package. Messages
 * take any time, links are cut, processes end and start again.
 */
final class PlanChangeModel implements Explorer.Model<Fleet> {
    private final Course course;
    private final ProxySteps proxies;
    private final DatabaseSteps databases;

    PlanChangeModel(Course course) {
        this.course = course;
        this.proxies = new ProxySteps(course);
        this.databases = new DatabaseSteps(course);
    }

    @Override
    public Fleet initial() {
        Fleet fleet = new Fleet(course.proxies);
        fleet.set(UP, 1).set(VERSION, 1).set(CHANGES_LEFT, course.changes).set(WRITES_LEFT, course.writes);
        for (int p = 0; p < course.proxies; p++) {
            fleet.set(p, ALIVE, 1).set(p, LINK, 1).set(p, CONNECTED, 1).set(p, REGISTERED, 1);
            fleet.set(p, RUNS, 1).set(p, KEPT, 1).set(p, ACKED, 1);
        }
        course.troubles.forEach((trouble, times) -> fleet.set(LEFT + trouble.ordinal(), times));
        return fleet;
    }

    @Override
    public void steps(Fleet fleet, Explorer.Sink<Fleet> sink) {
        if (fleet.is(UP)) {
            for (int p = 0; p < fleet.proxies; p++) {
                answers(fleet, p, sink);
                evicts(fleet, p, sink);
            }
            change(fleet, sink);
        }
        crash(fleet, sink);
        proxies.steps(fleet, sink);
        databases.steps(fleet, sink);
    }

    // ---- the control plane

    /** Writes a version to the store, and sends it to everybody. */
    static void publish(Fleet fleet, int says) {
        int version = fleet.get(VERSION) + 1;
        if (version == MOST_VERSIONS) {
            throw new IllegalStateException("more than " + version + " versions");
        }
        fleet.set(SAYS + version, says).set(VERSION, version);
        for (int p = 0; p < fleet.proxies; p++) {
            offer(fleet, p, version);
        }
    }

    /** Sends it on a stream, unless that is known to be closed. What is sent into a cut one is lost. */
    static void offer(Fleet fleet, int p, int version) {
        if (!fleet.is(p, CONNECTED) || fleet.get(p, ACKED) == version) {
            return;
        }
        fleet.set(p, AWAITED, version);
        if (fleet.is(p, LINK)) {
            fleet.set(p, LAST_SENT, version);
            if (!fleet.is(p, COMING)) {
                fleet.set(p, COMING, version);
            }
        }
    }

    /** The control plane hears an answer, or notices that a stream is gone, or offers again what was refused. */
    private void answers(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        int answer = fleet.get(p, ANSWER);
        if (answer != 0) {
            Fleet next = fleet.copy().set(p, ANSWER, 0);
            if (answer / 2 == fleet.get(p, AWAITED)) {
                next.set(p, AWAITED, 0).set(p, answer % 2 == 0 ? ACKED : REJECTED, answer / 2);
            }
            sink.accept("p" + p + (answer % 2 == 0 ? " acknowledges v" : " refuses v") + answer / 2, next);
        }
        if (fleet.is(p, CONNECTED) && !fleet.is(p, LINK)) {
            sink.accept(
                    "the loss of p" + p + " is noticed",
                    fleet.copy().set(p, CONNECTED, 0).set(p, AWAITED, 0));
        }
        boolean refused = fleet.get(p, REJECTED) == fleet.get(VERSION) && fleet.get(p, ACKED) != fleet.get(VERSION);
        if (refused && fleet.is(p, LINK) && fleet.step() == ChangeStep.IDLE && !fleet.is(p, COMING)) {
            Fleet next = fleet.copy();
            offer(next, p, next.get(VERSION));
            sink.accept("what p" + p + " refused is sent again", next);
        }
    }

    private Barrier barrier(Fleet fleet) {
        List<Barrier.Member> members = new ArrayList<>();
        for (int p = 0; p < fleet.proxies; p++) {
            boolean counts = fleet.is(p, CONNECTED) || !course.has(Flaw.LOST_PROXY_IGNORED);
            if (fleet.is(p, REGISTERED) && counts) {
                members.add(new Barrier.Member(
                        "p" + p, fleet.is(p, CONNECTED), fleet.get(p, ACKED), fleet.get(p, REJECTED)));
            }
        }
        return Barrier.of(fleet.get(VERSION), members);
    }

    private void change(Fleet fleet, Explorer.Sink<Fleet> sink) {
        int plan = fleet.plan(fleet.get(VERSION));
        Barrier barrier = barrier(fleet);
        switch (fleet.step()) {
            case IDLE -> {
                if (fleet.is(CHANGES_LEFT) && barrier.mayBegin()) {
                    Fleet next = fleet.copy().set(CHANGES_LEFT, fleet.get(CHANGES_LEFT) - 1);
                    if (course.has(Flaw.NO_HOLD)) {
                        decide(next, plan);
                    } else {
                        step(next, ChangeStep.Event.BEGUN);
                        publish(next, plan | PREPARE);
                    }
                    sink.accept("a change is prepared", next);
                }
                if (course.has(Flaw.DECISION_TAKEN_BACK) && !barrier.refused().isEmpty()) {
                    Fleet next = fleet.copy();
                    decide(next, plan);
                    sink.accept("the decision is taken back", next);
                }
            }
            case PREPARING -> {
                if (barrier.passed()) {
                    Fleet next = fleet.copy();
                    step(next, ChangeStep.Event.ALL_READY);
                    publish(next, plan | HOLD);
                    sink.accept("all are ready, and are told to hold", next);
                }
                fails(fleet, plan, sink);
            }
            case HOLDING -> {
                if (barrier.passed()) {
                    decided(fleet, plan, sink);
                }
                fails(fleet, plan, sink);
            }
        }
    }

    private void decided(Fleet fleet, int plan, Explorer.Sink<Fleet> sink) {
        int version = fleet.get(VERSION) + 1;
        if (course.has(Flaw.TOLD_BEFORE_STORED) && fleet.get(SAYS + version) == 0) {
            Fleet told = fleet.copy().set(SAYS + version, 1 - plan);
            for (int p = 0; p < fleet.proxies; p++) {
                offer(told, p, version);
            }
            sink.accept("the proxies are told of a decision", told);
            return;
        }
        Fleet next = fleet.copy();
        step(next, ChangeStep.Event.DECIDED);
        decide(next, plan);
        sink.accept("all hold, it is decided", next);
    }

    /** The data gate: the other side has everything. Then the decision is stored, and sent. */
    private static void decide(Fleet fleet, int plan) {
        fleet.set(CONTENT + 1 - plan, fleet.get(CONTENT + plan));
        publish(fleet, 1 - plan);
    }

    private static void fails(Fleet fleet, int plan, Explorer.Sink<Fleet> sink) {
        Fleet next = fleet.copy();
        step(next, ChangeStep.Event.FAILED);
        publish(next, plan);
        sink.accept("it does not happen", next);
    }

    private static void step(Fleet fleet, ChangeStep.Event event) {
        fleet.set(STEP, fleet.step().after(event).ordinal());
    }

    private void evicts(Fleet fleet, int p, Explorer.Sink<Fleet> sink) {
        if (!has(fleet, Trouble.EVICTION)
                || !fleet.is(p, REGISTERED)
                || fleet.is(p, CONNECTED)
                || fleet.step() != ChangeStep.IDLE) {
            return;
        }
        Fleet next = spend(fleet, Trouble.EVICTION).set(p, REGISTERED, 0);
        publish(next, fleet.plan(fleet.get(VERSION)));
        if (!course.has(Flaw.EVICTED_NOT_FENCED)) {
            if (!course.has(Flaw.EVICTED_MAY_RETURN)) {
                next.set(p, MARK, next.get(VERSION));
            }
            // Its connections are killed at the databases: what was on them is not executed any more.
            next.set(p, STRAY, 0).set(p, STRAY_SIDE, 0);
            if (next.get(p, WRITE) == DatabaseSteps.SENT) {
                DatabaseSteps.forget(next, p);
            }
        }
        sink.accept("p" + p + " is evicted", next);
    }

    private void crash(Fleet fleet, Explorer.Sink<Fleet> sink) {
        if (fleet.is(UP)) {
            if (has(fleet, Trouble.CONTROL_PLANE_CRASHES)) {
                Fleet next =
                        spend(fleet, Trouble.CONTROL_PLANE_CRASHES).set(UP, 0).set(STEP, 0);
                for (int p = 0; p < fleet.proxies; p++) {
                    ProxySteps.cut(next, p).set(p, CONNECTED, 0).set(p, AWAITED, 0);
                    next.set(p, ACKED, 0).set(p, REJECTED, 0);
                    if (course.has(Flaw.REGISTRATION_NOT_STORED)) {
                        next.set(p, REGISTERED, 0);
                    }
                }
                sink.accept("the control plane ends", next);
            }
            return;
        }
        Fleet next = fleet.copy().set(UP, 1);
        step(next, ChangeStep.Event.RESTARTED);
        int version = next.get(VERSION);
        int plan = next.plan(version);
        if (course.has(Flaw.RESTART_COMMITS) && next.hold(version) != null) {
            decide(next, plan);
        } else if (next.preparing(version)) {
            publish(next, plan);
        }
        sink.accept("the control plane starts", next);
    }

    static boolean has(Fleet fleet, Trouble trouble) {
        return fleet.is(LEFT + trouble.ordinal());
    }

    static Fleet spend(Fleet fleet, Trouble trouble) {
        int cell = LEFT + trouble.ordinal();
        return fleet.copy().set(cell, fleet.get(cell) - 1);
    }

    // ---- what must hold

    @Override
    public @Nullable String wrong(Fleet fleet) {
        boolean[] acts = new boolean[2];
        for (int p = 0; p < fleet.proxies; p++) {
            if (fleet.serves(p)) {
                acts[fleet.get(p, PLAN)] = true;
            }
            if (fleet.get(p, WRITE) == DatabaseSteps.SENT) {
                acts[fleet.get(p, WRITE_SIDE)] = true;
            }
            if (fleet.is(p, STRAY)) {
                acts[fleet.get(p, STRAY_SIDE)] = true;
            }
        }
        if (acts[OLD] && acts[NEW]) {
            return "the key is served on both sides";
        }
        int authority = fleet.plan(fleet.get(VERSION));
        int missing = fleet.get(ACKNOWLEDGED) & ~fleet.get(CONTENT + authority);
        return missing == 0 ? null : "an acknowledged write is not on the side that is the authority";
    }

    /** All agree, nothing is under way, and whoever lives serves. */
    @Override
    public boolean end(Fleet fleet) {
        if (!fleet.is(UP) || fleet.step() != ChangeStep.IDLE) {
            return false;
        }
        for (int p = 0; p < fleet.proxies; p++) {
            boolean settled = !fleet.is(p, WRITE) && !fleet.is(p, COMING) && !fleet.is(p, ANSWER);
            boolean serves = fleet.serves(p)
                    && fleet.get(p, RUNS) == fleet.get(VERSION)
                    && fleet.get(p, PLAN) == fleet.plan(fleet.get(VERSION));
            if (!settled || (fleet.is(p, ALIVE) && !serves)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String describe(Fleet fleet) {
        return fleet.toString();
    }
}
