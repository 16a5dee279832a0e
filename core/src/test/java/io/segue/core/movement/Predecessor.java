package io.segue.core.movement;

import static io.segue.core.movement.World.*;

import io.segue.core.movement.Explorer.Sink;
import io.segue.core.movement.Scenario.Flaw;
import io.segue.core.movement.World.Trouble;

/**
 * How a mover ends, what is left of it, and how the one after it begins. At most one predecessor has anything under way, and of key 0 only:
 * scenarios with two keys have no crash.
 */
final class Predecessor {
    private final Scenario scenario;

    Predecessor(Scenario scenario) {
        this.scenario = scenario;
    }

    void steps(World world, Sink<World> sink) {
        ends(world, sink);
        older(world, sink);
        admission(world, sink);
    }

    private void ends(World world, Sink<World> sink) {
        boolean sent = world.is(COPY, COPY_SENT) || world.is(COPY, COPY_LOST);
        if (!world.is(OLDER, OLDER_NONE)) {
            return;
        }
        if (left(world, Trouble.MOVER_CRASHES)) {
            World next = successor(world, Trouble.MOVER_CRASHES);
            sink.accept(
                    "the mover crashes, another one starts",
                    sent ? next.set(OLDER, OLDER_SENT).set(OLDER_VALUE, world.get(COPY_VALUE)) : next);
        }
        if (left(world, Trouble.MOVER_REPLACED) && world.is(COPY, COPY_SENT)) {
            for (Admission at : Admission.values()) {
                if (at != Admission.REFUSED) {
                    sink.accept(
                            "the mover is replaced, but lives: it has read " + world.get(COPY_VALUE)
                                    + ", its connection is " + at,
                            successor(world, Trouble.MOVER_REPLACED)
                                    .set(OLDER, OLDER_READ)
                                    .set(OLDER_ADMISSION, at.ordinal())
                                    .set(OLDER_VALUE, world.get(COPY_VALUE)));
                }
            }
        }
    }

    private static boolean left(World world, Trouble trouble) {
        return world.get(LEFT + trouble.ordinal()) > 0;
    }

    /** The store has a new epoch; the mover that has it knows nothing but a checkpoint. */
    private World successor(World world, Trouble trouble) {
        World next = world.copy().add(LEFT + trouble.ordinal(), -1);
        for (int k = 0; k < KEYS; k++) {
            next.set(STATE + k, KeyState.CLEAN.ordinal()).set(AGE + k, 0);
            next.set(COPY + k, COPY_NONE).set(COPY_VALUE + k, 0);
            next.set(COMPARE + k, READ_NONE).set(COMPARE_VALUE + k, 0).set(COMPARE_EARLY + k, 0);
            next.set(NAMED + k, 0);
        }
        next.set(PASS, 0).set(PASS_GENERATION, 0).set(BARRIER, 0).set(BARRIER_GENERATION, 0);
        next.set(ADMISSION, Admission.CONNECTED.ordinal()).set(FEED_AGE, 0).set(OLDEST, NOT_OWED);
        if (scenario.resumes) {
            boolean reports = world.is(DUAL, 1) && !scenario.flaws.contains(Flaw.CRASH_FORGETS_REPORTS);
            next.set(NAMED, world.get(PRODUCED) - world.get(SAVED)).set(RECEIVED, world.get(SAVED));
            return reports ? next.set(FEED_OWING, 1).add(FEED_GENERATION, 1) : next;
        }
        boolean trusts = scenario.flaws.contains(Flaw.CRASH_FORGETS_MARKS);
        return next.set(FEED_UP, trusts ? 1 : 0).set(FEED_OWING, trusts ? 0 : 1);
    }

    private void older(World world, Sink<World> sink) {
        if (world.is(OLDER, OLDER_SENT)) {
            World done = gone(world.copy());
            sink.accept(
                    "NEW executes the older mover's write of " + world.get(OLDER_VALUE),
                    done.set(NEW, world.alive(NEW, world.get(OLDER_VALUE))));
        }
        if (!world.is(OLDER, OLDER_READ)) {
            return;
        }
        Admission at = world.admission(OLDER_ADMISSION);
        if (at != Admission.CONNECTED) {
            sink.accept("the older mover's connection is cut", older(world, Admission.CONNECTED));
        }
        switch (at) {
            case CONNECTED -> {
                Admission named = at.after(Admission.Event.NAMED);
                boolean readBefore = scenario.flaws.contains(Flaw.STORE_READ_BEFORE_NAMING);
                sink.accept(
                        "the older mover names its connection",
                        older(world, readBefore ? named.after(Admission.Event.EPOCH_CURRENT) : named));
            }
            case NAMED -> {
                if (at.after(Admission.Event.EPOCH_SUPERSEDED) == Admission.REFUSED) {
                    sink.accept("the older mover reads the store, and ends", gone(world.copy()));
                }
            }
            case CURRENT ->
                sink.accept("the older mover sees nobody older", older(world, at.after(Admission.Event.NONE_OLDER)));
            default -> {
                if (at.mayWrite()) {
                    sink.accept(
                            "the older mover sends its write",
                            world.copy().set(OLDER, OLDER_SENT).set(OLDER_ADMISSION, 0));
                }
            }
        }
    }

    private static World older(World world, Admission admission) {
        return world.copy().set(OLDER_ADMISSION, admission.ordinal());
    }

    private static World gone(World world) {
        return world.set(OLDER, OLDER_NONE).set(OLDER_ADMISSION, 0).set(OLDER_VALUE, 0);
    }

    private void admission(World world, Sink<World> sink) {
        Admission at = world.admission(ADMISSION);
        switch (at) {
            case CONNECTED -> sink.accept("the mover names its connection", admit(world.copy(), Admission.Event.NAMED));
            case NAMED ->
                sink.accept(
                        "the mover reads its epoch in the store", admit(world.copy(), Admission.Event.EPOCH_CURRENT));
            case CURRENT -> list(world, sink);
            default -> {
                // May write already.
            }
        }
    }

    private void list(World world, Sink<World> sink) {
        boolean named = world.is(OLDER, OLDER_SENT)
                || (world.is(OLDER, OLDER_READ) && world.admission(OLDER_ADMISSION) != Admission.CONNECTED);
        if (!named || scenario.flaws.contains(Flaw.OLDER_NOT_KILLED)) {
            sink.accept("the mover sees nobody older", admit(world.copy(), Admission.Event.NONE_OLDER));
            return;
        }
        World killed = world.copy().set(OLDER_ADMISSION, Admission.CONNECTED.ordinal());
        sink.accept(
                "the mover kills the older one's connection",
                admit(world.is(OLDER, OLDER_SENT) ? gone(killed) : killed, Admission.Event.OLDER_LISTED));
    }

    private static World admit(World world, Admission.Event event) {
        return world.set(ADMISSION, world.admission(ADMISSION).after(event).ordinal());
    }
}
