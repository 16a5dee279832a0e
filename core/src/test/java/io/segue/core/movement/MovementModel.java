package io.segue.core.movement;

import static io.segue.core.movement.World.*;

import io.segue.core.movement.Explorer.Sink;
import io.segue.core.movement.KeyState.Event;
import io.segue.core.movement.Scenario.Flaw;
import io.segue.core.movement.World.Trouble;
import org.jspecify.annotations.Nullable;

/**
 * The mover, as production has it, between two databases: what a key becomes, when it has settled, what the feed is worth, who may write and
 * when the gate opens are decided by the functions of this package; the rest here is what they are about.
 */
final class MovementModel implements Explorer.Model<World> {
    private final Scenario scenario;
    private final Surroundings surroundings;
    private final Predecessor predecessor;

    MovementModel(Scenario scenario) {
        this.scenario = scenario;
        this.surroundings = new Surroundings(scenario, this::changed);
        this.predecessor = new Predecessor(scenario);
    }

    @Override
    public World initial() {
        World world = new World().set(OLD, scenario.atStart).set(OLDEST, NOT_OWED);
        FeedState up = FeedState.NONE.up(0);
        feed(world, scenario.inStep ? up.passed(up.generation()) : up);
        world.set(NEW, scenario.inStep ? scenario.atStart : 0);
        world.set(DUAL, scenario.proxies.isEmpty() || scenario.beginsDualWrites ? 0 : 1)
                .set(ADMISSION, Admission.ALONE.ordinal());
        scenario.troubles.forEach((trouble, times) -> world.set(LEFT + trouble.ordinal(), times));
        return world;
    }

    @Override
    public void steps(World world, Sink<World> sink) {
        if (world.is(OPEN, 1)) {
            return;
        }
        surroundings.steps(world, sink);
        predecessor.steps(world, sink);
        feedSteps(world, sink);
        strangers(world, sink);
        if (world.admission(ADMISSION).mayWrite() || has(Flaw.WORK_BEFORE_ALONE)) {
            pass(world, sink);
            for (int k = 0; k < scenario.keys; k++) {
                copy(world, k, sink);
                compare(world, k, sink);
            }
        }
        lostConnection(world, sink);
        gate(world, sink);
        if (!world.is(STRAY, 0)) {
            int value = world.get(STRAY) - 1;
            sink.accept(
                    "NEW executes a forgotten write of " + value,
                    world.copy().set(STRAY, 0).set(NEW, world.alive(NEW, value)));
        }
    }

    // ---- what a key becomes

    /** Somebody names a key as changed. */
    private void changed(World world, int key) {
        KeyState state = world.state(key);
        boolean copying = world.get(COPY + key) != COPY_NONE;
        boolean comparing = world.get(COMPARE + key) != READ_NONE;
        if ((has(Flaw.DUAL_WRITE_COUNTS_AS_COPY) && world.is(DUAL, 1))
                || (has(Flaw.MARK_REMOVED_AFTER_COPY) && copying)
                || (has(Flaw.COMPARISON_IGNORES_CHANGE) && comparing)) {
            return;
        }
        if (has(Flaw.PARALLEL_COPIES) && world.is(COPY + key, COPY_SENT) && world.is(STRAY, 0)) {
            world.set(STRAY, world.get(COPY_VALUE + key) + 1)
                    .set(COPY + key, COPY_NONE)
                    .set(COPY_VALUE + key, 0);
            state = KeyState.DIRTY;
        }
        become(world, key, state.after(Event.CHANGED, world.is(DUAL, 1)));
        world.set(AGE + key, 0);
        if (scenario.resumes && world.is(OLDEST, NOT_OWED)) {
            world.set(OLDEST, world.get(RECEIVED));
        }
    }

    private static World become(World world, int key, KeyState state) {
        world.set(STATE + key, state.ordinal());
        return state == KeyState.CLEAN ? world.set(AGE + key, 0).set(OLDEST, NOT_OWED) : world;
    }

    private World apply(World world, int key, Event event, boolean others) {
        return become(world, key, world.state(key).after(event, others));
    }

    /** The age at which dual writes are late, as the mover has it; none once nothing is under way. */
    private long boundNs(World world) {
        boolean nobody = world.is(DUAL, 0) || (surroundings.quiet(world) && world.is(STRANGERS, 0));
        int ticks = has(Flaw.SETTLE_SHORTER_THAN_BOUND) ? scenario.bound - 1 : scenario.bound;
        return Surroundings.boundNs(nobody ? 0 : ticks);
    }

    private boolean settled(World world, int key) {
        return Settle.over(world.get(AGE + key) * Surroundings.TICK_NS, 0, boundNs(world));
    }

    // ---- the feed

    private static FeedState feed(World world) {
        return new FeedState(world.is(FEED_UP, 1), world.is(FEED_OWING, 1), world.get(FEED_GENERATION), 0);
    }

    private static World feed(World world, FeedState feed) {
        world.set(FEED_UP, feed.up() ? 1 : 0).set(FEED_OWING, feed.owing() ? 1 : 0);
        return world.set(FEED_GENERATION, (int) feed.generation());
    }

    private void feedSteps(World world, Sink<World> sink) {
        FeedState feed = feed(world);
        if (!feed.up()) {
            sink.accept("the feed is up", comesUp(world.copy(), feed));
            return;
        }
        for (int k = 0; k < scenario.keys; k++) {
            if (world.get(NAMED + k) > 0) {
                World next = world.copy().add(NAMED + k, -1);
                if (scenario.resumes) {
                    next.add(RECEIVED, 1);
                }
                changed(next, k);
                sink.accept("the feed names key " + k, next);
            }
        }
        if (world.get(LEFT + Trouble.FEED_LOST.ordinal()) > 0) {
            World next = feed(world.copy().add(LEFT + Trouble.FEED_LOST.ordinal(), -1), feed.lost());
            if (!scenario.resumes) {
                next.set(NAMED, 0).set(NAMED + 1, 0);
                next.set(BARRIER, world.is(BARRIER, 1) ? 0 : world.get(BARRIER));
            }
            sink.accept("the feed is lost, and what was under way on it", next);
        }
        if (scenario.resumes) {
            int oldest = world.get(OLDEST);
            long owed = oldest == NOT_OWED || has(Flaw.CHECKPOINT_AT_RECEIVED) ? Checkpoint.NOTHING_OWED : oldest;
            int durable = (int) Checkpoint.durable(world.get(RECEIVED), owed);
            if (durable != world.get(SAVED)) {
                sink.accept("the mover saves its checkpoint", world.copy().set(SAVED, durable));
            }
        }
    }

    private World comesUp(World world, FeedState feed) {
        if (scenario.resumes) {
            return feed(world, feed.resumed());
        }
        if (has(Flaw.LOST_FEED_FORGIVEN)) {
            return feed(world, new FeedState(true, feed.owing(), feed.generation(), 0));
        }
        return everythingOwed(world, feed.up(0));
    }

    private World everythingOwed(World world, FeedState feed) {
        feed(world, feed).set(FEED_AGE, 0);
        for (int k = 0; k < scenario.keys; k++) {
            if (world.state(k) != KeyState.CLEAN && !has(Flaw.RECORDS_KEPT_WHEN_OWED)) {
                changed(world, k);
            }
        }
        return world;
    }

    private void pass(World world, Sink<World> sink) {
        FeedState feed = feed(world);
        long bound = has(Flaw.PASS_BEFORE_SETTLE) ? 0 : boundNs(world);
        if (world.is(PASS, 0) && feed.mayPass(world.get(FEED_AGE) * Surroundings.TICK_NS, bound)) {
            World next = list(world.copy().set(PASS, 1).set(PASS_GENERATION, world.get(FEED_GENERATION)), OLD);
            sink.accept("a pass lists the keys of OLD", next);
        }
        if (world.is(PASS, 1)) {
            World next = has(Flaw.PASS_OF_ONE_SIDE) ? world.copy() : list(world.copy(), NEW);
            long generation = has(Flaw.PASS_OF_EARLIER_FEED) ? feed.generation() : world.get(PASS_GENERATION);
            feed(next, feed.passed(generation)).set(PASS, 0).set(PASS_GENERATION, 0);
            if (next.is(FEED_OWING, 0)) {
                next.set(FEED_AGE, 0);
            }
            sink.accept("the pass lists the keys of NEW, and is done", next);
        }
    }

    private World list(World world, int side) {
        for (int k = 0; k < scenario.keys; k++) {
            if (world.seen(side, k) != 0) {
                int age = world.state(k) == KeyState.CLEAN ? world.get(FEED_AGE) : world.get(AGE + k);
                apply(world, k, Event.LISTED, world.is(DUAL, 1)).set(AGE + k, age);
                if (scenario.resumes && world.is(OLDEST, NOT_OWED)) {
                    world.set(OLDEST, world.get(RECEIVED));
                }
            }
        }
        return world;
    }

    /** A proxy is gone: what it may still have under way is ended, then what it may have done late is looked for. */
    private void strangers(World world, Sink<World> sink) {
        boolean killFirst = !has(Flaw.DEAD_PROXY_KILLED_AFTER_PASS);
        boolean kill = world.is(STRANGERS, killFirst ? 1 : 2);
        boolean owe = world.is(STRANGERS, killFirst ? 2 : 1);
        int then = world.is(STRANGERS, 1) ? 2 : 0;
        if (kill) {
            sink.accept(
                    "the dead proxy's connections are killed",
                    surroundings.killStrangers(world.copy().set(STRANGERS, then)));
        }
        if (owe) {
            World next = world.copy().set(STRANGERS, then);
            sink.accept(
                    "everything is owed, for the dead proxy's sake",
                    has(Flaw.DEAD_PROXY_FORGIVEN)
                            ? next
                            : everythingOwed(next, feed(next).owed(0)));
        }
    }

    // ---- copies

    private void copy(World world, int k, Sink<World> sink) {
        String key = "key " + k;
        if (world.state(k) == KeyState.DIRTY) {
            boolean others = !settled(world, k) && !has(Flaw.COPY_JUDGED_BY_PRESENT_MODE);
            sink.accept(
                    "the mover takes " + key,
                    apply(world.copy(), k, Event.TAKE, others).set(COPY + k, COPY_TAKEN));
        } else if (world.is(COPY + k, COPY_TAKEN)) {
            int value = world.seen(OLD, k);
            sink.accept(
                    "the mover reads " + key + " at OLD, writes it to NEW",
                    world.copy().set(COPY + k, COPY_SENT).set(COPY_VALUE + k, value));
        } else if (world.is(COPY + k, COPY_SENT)) {
            String step = "NEW executes the copy of " + key + ", value " + world.get(COPY_VALUE + k);
            sink.accept(
                    step, write(world.copy(), k).set(COPY + k, COPY_EXECUTED).set(COPY_VALUE + k, 0));
        } else if (world.is(COPY + k, COPY_EXECUTED)) {
            boolean dual = world.is(DUAL, 1);
            boolean judged = has(Flaw.COPY_JUDGED_BY_PRESENT_MODE) && world.state(k) == KeyState.COPYING && dual;
            KeyState state = judged ? KeyState.SETTLING : world.state(k).after(Event.DONE, dual);
            sink.accept(
                    "the mover knows that " + key + " is copied",
                    become(world.copy().set(COPY + k, COPY_NONE), k, state));
        }
    }

    private World write(World world, int k) {
        int value = world.alive(NEW, world.get(COPY_VALUE + k));
        boolean refused = has(Flaw.COPY_WITHOUT_REPLACE) && (value == 0 || world.seen(NEW, k) != 0);
        return refused ? world : world.set(NEW + k, value);
    }

    /** The writing connection is lost with what is on it; its keys have failed once it is fenced. */
    private void lostConnection(World world, Sink<World> sink) {
        World lost = world.copy().add(LEFT + Trouble.MOVER_CONNECTION_LOST.ordinal(), -1);
        World fenced = world.copy();
        for (int k = 0; k < scenario.keys; k++) {
            if (world.is(COPY + k, COPY_SENT)) {
                lost.set(COPY + k, COPY_LOST);
            } else if (world.is(COPY + k, COPY_EXECUTED)) {
                lost.set(COPY + k, COPY_GONE);
            } else if (world.is(COPY + k, COPY_LOST) || world.is(COPY + k, COPY_GONE)) {
                boolean stray = has(Flaw.UNKNOWN_OUTCOME_NOT_FENCED) && world.is(COPY + k, COPY_LOST);
                fenced.set(STRAY, stray ? world.get(COPY_VALUE + k) + 1 : 0);
                apply(fenced.set(COPY + k, COPY_NONE).set(COPY_VALUE + k, 0), k, Event.FAILED, world.is(DUAL, 1));
            }
            if (world.is(COPY + k, COPY_LOST)) {
                sink.accept(
                        "NEW executes the copy of key " + k + " from the lost connection",
                        write(world.copy(), k).set(COPY + k, COPY_GONE));
            }
        }
        boolean used = !lost.equals(world.copy().add(LEFT + Trouble.MOVER_CONNECTION_LOST.ordinal(), -1));
        if (used && fenced.equals(world) && world.get(LEFT + Trouble.MOVER_CONNECTION_LOST.ordinal()) > 0) {
            sink.accept("the mover's connection to NEW is lost", lost);
        }
        if (!fenced.equals(world)) {
            sink.accept("the mover has a new connection, and has fenced the lost one", fenced);
        }
    }

    // ---- comparisons

    private void compare(World world, int k, Sink<World> sink) {
        if (world.state(k) == KeyState.SETTLING) {
            boolean early = !settled(world, k) && !has(Flaw.NO_SETTLE);
            if (!early || scenario.earlyComparisons) {
                World next = apply(world.copy(), k, Event.COMPARE, early).set(COMPARE + k, READ_BEGUN);
                boolean noted = early && !has(Flaw.EARLY_COMPARISON_COUNTS);
                sink.accept("the mover begins to compare key " + k, next.set(COMPARE_EARLY + k, noted ? 1 : 0));
            }
        }
        switch (world.get(COMPARE + k)) {
            case READ_BEGUN -> {
                World old = world.copy().set(COMPARE + k, READ_OLD).set(COMPARE_VALUE + k, world.seen(OLD, k));
                sink.accept("the mover reads key " + k + " at OLD, to compare", old);
                World there = world.copy().set(COMPARE + k, READ_NEW).set(COMPARE_VALUE + k, world.seen(NEW, k));
                sink.accept("the mover reads key " + k + " at NEW, to compare", there);
            }
            case READ_OLD -> concluded(world, k, world.seen(NEW, k), sink);
            case READ_NEW -> concluded(world, k, world.seen(OLD, k), sink);
            default -> {
                // None under way.
            }
        }
    }

    private void concluded(World world, int k, int other, Sink<World> sink) {
        boolean equal = world.is(COMPARE_VALUE + k, other);
        World next = world.copy()
                .set(COMPARE + k, READ_NONE)
                .set(COMPARE_VALUE + k, 0)
                .set(COMPARE_EARLY + k, 0);
        apply(next, k, equal ? Event.EQUAL : Event.DIFFERENT, world.is(COMPARE_EARLY + k, 1));
        sink.accept("the mover reads the other side: " + (equal ? "equal" : "different"), next);
    }

    // ---- the gate

    private void gate(World world, Sink<World> sink) {
        FeedState feed = feed(world);
        boolean quiet = surroundings.quiet(world);
        boolean fenced = world.is(STRANGERS, 0);
        boolean stale = world.is(BARRIER, 2) && !world.is(BARRIER_GENERATION, world.get(FEED_GENERATION));
        if (quiet && fenced && feed.up() && (world.is(BARRIER, 0) || stale)) {
            World asked = world.copy().set(BARRIER, 1).set(BARRIER_GENERATION, world.get(FEED_GENERATION));
            sink.accept("the mover asks the feed for a barrier", asked);
        }
        if (world.is(BARRIER, 1) && feed.up() && world.is(NAMED, 0) && world.is(NAMED + 1, 0)) {
            sink.accept("the barrier is answered", world.copy().set(BARRIER, 2));
        }
        boolean answered = world.is(BARRIER, 2)
                && (has(Flaw.BARRIER_OF_EARLIER_FEED) || feed.vouches(world.get(BARRIER_GENERATION)));
        boolean vouched = has(Flaw.GATE_WITHOUT_BARRIER) ? feed.vouches(feed.generation()) : answered;
        int[] counts = new int[KeyState.values().length];
        for (int k = 0; k < scenario.keys; k++) {
            counts[world.get(STATE + k)]++;
        }
        Gate gate = new Gate(
                quiet,
                fenced,
                vouched,
                counts[KeyState.DIRTY.ordinal()],
                counts[KeyState.COPYING.ordinal()]
                        + counts[KeyState.COPYING_AMONG_OTHERS.ordinal()]
                        + counts[KeyState.COPYING_CHANGED.ordinal()],
                counts[KeyState.SETTLING.ordinal()],
                counts[KeyState.COMPARING.ordinal()] + counts[KeyState.COMPARING_CHANGED.ordinal()],
                0);
        if (gate.open() && world.admission(ADMISSION).mayWrite()) {
            sink.accept("the gate opens", world.copy().set(OPEN, 1));
        }
    }

    // ---- what must hold

    @Override
    public @Nullable String wrong(World world) {
        for (int k = 0; k < scenario.keys; k++) {
            if (!same(world, k)) {
                if (world.is(OPEN, 1)) {
                    return "the gate is open, but NEW is not OLD (key " + k + ")";
                }
                if (calledEqual(world, k)) {
                    return "key " + k + " counts as equal, nothing is under way, but NEW is not OLD";
                }
            }
        }
        boolean tooLate = world.is(OPEN, 1) && !surroundings.idle(world);
        return tooLate ? "the gate is open, but something of a proxy may still be executed" : null;
    }

    private boolean calledEqual(World world, int k) {
        return world.state(k) == KeyState.CLEAN
                && world.admission(ADMISSION).mayWrite()
                && feed(world).vouches(world.get(FEED_GENERATION))
                && world.is(NAMED + k, 0)
                && world.get(OLD + k) == world.seen(OLD, k)
                && surroundings.idle(world)
                && world.is(STRANGERS, 0)
                && !world.is(OLDER, OLDER_SENT)
                && world.is(STRAY, 0);
    }

    /** Two clocks may disagree for a moment whether a time to live is over; then it is as good as over. */
    private static boolean same(World world, int k) {
        int old = world.get(OLD + k);
        int there = world.get(NEW + k);
        if (world.is(EXPIRED_OLD, 1) || world.is(EXPIRED_NEW, 1)) {
            return ((old & TTL) == 0 ? old : 0) == ((there & TTL) == 0 ? there : 0);
        }
        return old == there;
    }

    @Override
    public boolean end(World world) {
        return world.is(OPEN, 1);
    }

    @Override
    public String describe(World world) {
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < scenario.keys; k++) {
            text.append("OLD=").append(world.seen(OLD, k)).append(" NEW=").append(world.seen(NEW, k));
            text.append(' ').append(world.state(k)).append(", ");
        }
        FeedState feed = feed(world);
        return text.append(feed.up() ? "feed " : "no feed ")
                .append(feed.owing() ? "owing " : "")
                .append(world.get(NAMED) + world.get(NAMED + 1))
                .toString();
    }

    private boolean has(Flaw flaw) {
        return scenario.flaws.contains(flaw);
    }
}
