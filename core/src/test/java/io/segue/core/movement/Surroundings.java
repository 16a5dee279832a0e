package io.segue.core.movement;

import static io.segue.core.movement.World.*;

import io.segue.core.movement.Explorer.Sink;
import io.segue.core.movement.Scenario.Flaw;
import io.segue.core.movement.Scenario.Kind;
import io.segue.core.movement.Scenario.Op;
import io.segue.core.movement.World.Trouble;
import java.util.List;

/** What happens around the mover: clients that write OLD, proxies that write both, values that expire, time. */
final class Surroundings {
    /** One tick of the model. Only the order of moments counts, so a dual write is late at a whole number of them. */
    static final long TICK_NS = 1_000_000_000;

    private static final long SETTLE_MARGIN_NS = 20_000_000;

    private final Scenario scenario;
    private final Reporter reporter;
    private final boolean expires;

    /** Tells the mover that a key has changed. */
    interface Reporter {
        void changed(World world, int key);
    }

    Surroundings(Scenario scenario, Reporter reporter) {
        this.scenario = scenario;
        this.reporter = reporter;
        this.expires = (scenario.atStart & TTL) != 0
                || scenario.proxies.stream().flatMap(List::stream).anyMatch(op -> op.kind() == Kind.SETEX)
                || scenario.direct.stream().anyMatch(op -> op.kind() == Kind.SETEX);
    }

    /** The bound of so many ticks, for the functions of {@link Settle}: a dual write is late at that age, the settle over at the same. */
    static long boundNs(int ticks) {
        return ticks == 0 ? 0 : ticks * TICK_NS - SETTLE_MARGIN_NS;
    }

    void steps(World world, Sink<World> sink) {
        for (int p = 0; p < scenario.proxies.size(); p++) {
            proxy(world, p, sink);
            dies(world, p, sink);
        }
        direct(world, sink);
        expiry(world, sink);
        tick(world, sink);
        hold(world, sink);
    }

    /** Whether nothing of a proxy is under way, and each one that is gone was fenced. */
    boolean idle(World world) {
        for (int p = 0; p < scenario.proxies.size(); p++) {
            int at = world.get(PROXY + p);
            if (at != PROXY_IDLE && at != PROXY_DEAD) {
                return false;
            }
        }
        return true;
    }

    /** Whether those proxies that can tell say that they hold. */
    boolean quiet(World world) {
        for (int p = 0; p < scenario.proxies.size(); p++) {
            int at = world.get(PROXY + p);
            if (at != PROXY_IDLE && at < PROXY_DEAD) {
                return false;
            }
        }
        return world.is(HELD, 1);
    }

    private void proxy(World world, int p, Sink<World> sink) {
        String name = "proxy " + p + ": ";
        Op op = world.is(PROXY_AT + p, scenario.proxies.get(p).size()) || world.get(PROXY + p) == PROXY_DEAD
                ? null
                : scenario.proxies.get(p).get(world.get(PROXY_AT + p));
        if (op == null) {
            return;
        }
        boolean mayLose = world.get(LEFT + Trouble.PROXY_CONNECTION_LOST.ordinal()) > 0;
        switch (world.get(PROXY + p)) {
            case PROXY_IDLE -> {
                if (world.is(HELD, 0) && world.is(DUAL, 1)) {
                    sink.accept(
                            name + "sends " + op.kind() + " to OLD",
                            world.copy().set(PROXY + p, PROXY_PENDING));
                }
            }
            case PROXY_PENDING ->
                sink.accept(
                        "OLD executes " + op.kind() + " of proxy " + p,
                        atOld(world.copy().set(PROXY + p, PROXY_EXECUTED), op));
            case PROXY_EXECUTED -> {
                World sent = world.copy().set(PROXY + p, PROXY_SENT);
                sink.accept(
                        name + "has the reply, sends the effect to NEW",
                        has(Flaw.AGE_FROM_EFFECT) ? sent.set(PROXY_AGE + p, 0) : sent);
                if (mayLose) {
                    sink.accept(name + "cannot send the effect", ended(lose(world), p));
                }
            }
            case PROXY_SENT -> {
                sink.accept(
                        "NEW executes the effect " + op.kind() + " of proxy " + p, ended(atNew(world.copy(), op), p));
                if (mayLose) {
                    sink.accept(
                            name + "gives its connection to NEW up", lose(world).set(PROXY + p, PROXY_LOST));
                }
            }
            case PROXY_LOST -> {
                sink.accept(
                        "NEW executes " + op.kind() + " of proxy " + p + " from the lost connection",
                        atNew(world.copy().set(PROXY + p, PROXY_GONE), op));
                sink.accept(name + "fences the lost connection", ended(world.copy(), p));
            }
            case PROXY_GONE -> sink.accept(name + "fences the lost connection", ended(world.copy(), p));
            case PROXY_LATE -> {
                World told = world.copy();
                reporter.changed(told, op.key());
                if (op.kind() == Kind.RENAME) {
                    reporter.changed(told, 1);
                }
                sink.accept(name + "reports its late effect", idleAgain(told, p));
            }
            case PROXY_DEAD_PENDING ->
                sink.accept(
                        "OLD executes " + op.kind() + " of the dead proxy " + p,
                        atOld(world.copy().set(PROXY + p, PROXY_DEAD), op));
            case PROXY_DEAD_SENT ->
                sink.accept(
                        "NEW executes the effect " + op.kind() + " of the dead proxy " + p,
                        atNew(world.copy().set(PROXY + p, PROXY_DEAD), op));
            default -> throw new IllegalStateException("proxy " + world.get(PROXY + p));
        }
    }

    private World lose(World world) {
        return world.copy().add(LEFT + Trouble.PROXY_CONNECTION_LOST.ordinal(), -1);
    }

    private World ended(World world, int p) {
        boolean late = Settle.late(0, world.get(PROXY_AGE + p) * TICK_NS, boundNs(scenario.bound));
        if (late && !has(Flaw.LATE_NOT_REPORTED)) {
            return world.set(PROXY + p, PROXY_LATE).set(PROXY_AGE + p, 0);
        }
        return idleAgain(world, p);
    }

    private static World idleAgain(World world, int p) {
        return world.set(PROXY + p, PROXY_IDLE).set(PROXY_AGE + p, 0).add(PROXY_AT + p, 1);
    }

    private void dies(World world, int p, Sink<World> sink) {
        int left = LEFT + Trouble.PROXY_DIES.ordinal();
        int at = world.get(PROXY + p);
        if (world.get(left) == 0 || at >= PROXY_DEAD) {
            return;
        }
        int dead =
                switch (at) {
                    case PROXY_PENDING -> PROXY_DEAD_PENDING;
                    case PROXY_SENT, PROXY_LOST -> PROXY_DEAD_SENT;
                    default -> PROXY_DEAD;
                };
        sink.accept(
                "proxy " + p + " dies",
                world.copy()
                        .add(left, -1)
                        .set(PROXY + p, dead)
                        .set(PROXY_AGE + p, 0)
                        .set(STRANGERS, 1));
    }

    /** The connections of dead proxies are killed on both sides; what had not been executed never will be. */
    World killStrangers(World world) {
        for (int p = 0; p < PROXIES; p++) {
            boolean here = world.is(PROXY + p, PROXY_DEAD_PENDING) && !has(Flaw.DEAD_PROXY_NOT_KILLED_AT_OLD);
            boolean there = world.is(PROXY + p, PROXY_DEAD_SENT) && !has(Flaw.DEAD_PROXY_NOT_KILLED_AT_NEW);
            if (here || there) {
                world.set(PROXY + p, PROXY_DEAD);
            }
        }
        return world;
    }

    private void direct(World world, Sink<World> sink) {
        if (world.get(DIRECT_AT) < scenario.direct.size()) {
            Op op = scenario.direct.get(world.get(DIRECT_AT));
            sink.accept(
                    "OLD executes " + op.kind() + " of its own client",
                    atOld(world.copy().add(DIRECT_AT, 1), op));
        }
    }

    private void expiry(World world, Sink<World> sink) {
        if (expires && world.is(EXPIRED_OLD, 0)) {
            sink.accept("the time comes by OLD's clock", world.copy().set(EXPIRED_OLD, 1));
        }
        if (expires && world.is(EXPIRED_NEW, 0)) {
            World later = world.copy().set(EXPIRED_NEW, 1);
            for (int k = 0; k < KEYS; k++) {
                later.set(NEW + k, later.seen(NEW, k));
            }
            sink.accept("the time comes by NEW's clock", later);
        }
        for (int k = 0; k < scenario.keys; k++) {
            if (world.get(OLD + k) != 0 && world.seen(OLD, k) == 0) {
                sink.accept(
                        "OLD removes the expired key " + k, name(world.copy().set(OLD + k, 0), k));
            }
        }
    }

    private void tick(World world, Sink<World> sink) {
        if (world.is(DUAL, 0)) {
            return;
        }
        World later = world.copy();
        for (int k = 0; k < scenario.keys; k++) {
            if (world.state(k) != KeyState.CLEAN) {
                older(later, AGE + k);
            }
        }
        for (int p = 0; p < scenario.proxies.size(); p++) {
            int at = world.get(PROXY + p);
            if (at != PROXY_IDLE && at < PROXY_LATE) {
                older(later, PROXY_AGE + p);
            }
        }
        if (world.is(FEED_OWING, 1)) {
            older(later, FEED_AGE);
        }
        if (!later.equals(world)) {
            sink.accept("time passes", later);
        }
    }

    private void older(World world, int cell) {
        world.set(cell, Math.min(scenario.bound, world.get(cell) + 1));
    }

    private void hold(World world, Sink<World> sink) {
        if (world.is(HELD, 0) && !somebodyBegins(world)) {
            sink.accept("hold: nobody begins a write", world.copy().set(HELD, 1));
        }
        if (scenario.beginsDualWrites && world.is(DUAL, 0) && world.is(HELD, 0)) {
            World on = world.copy().set(DUAL, 1);
            for (int k = 0; k < KEYS; k++) {
                // The last change was long ago: no effect can be under way.
                on.set(AGE + k, world.state(k) == KeyState.CLEAN ? 0 : scenario.bound);
            }
            sink.accept("dual writes are switched on", on.set(FEED_AGE, world.is(FEED_OWING, 1) ? scenario.bound : 0));
        }
        if (scenario.endsDualWrites && world.is(DUAL, 1) && idle(world) && world.is(STRANGERS, 0)) {
            World off = world.copy().set(DUAL, 0).set(FEED_AGE, 0);
            for (int k = 0; k < KEYS; k++) {
                off.set(AGE + k, 0);
            }
            sink.accept("dual writes are switched off", off);
        }
    }

    /** An earlier hold is that of a scenario with fewer operations. */
    private boolean somebodyBegins(World world) {
        for (int p = 0; p < scenario.proxies.size(); p++) {
            boolean more = world.get(PROXY_AT + p) < scenario.proxies.get(p).size();
            if (more && world.is(PROXY + p, PROXY_IDLE) && world.is(DUAL, 1)) {
                return true;
            }
        }
        return world.get(DIRECT_AT) < scenario.direct.size();
    }

    private World atOld(World world, Op op) {
        int key = op.key();
        int now = world.seen(OLD, key);
        switch (op.kind()) {
            case SET -> name(world.set(OLD + key, op.value()), key);
            case SETEX -> name(world.set(OLD + key, op.value() | TTL), key);
            case INCR -> name(world.set(OLD + key, now + 1), key);
            case DEL -> {
                if (world.get(OLD + key) != 0) {
                    name(world.set(OLD + key, 0), key);
                }
            }
            case RENAME -> {
                if (now != 0) {
                    name(name(world.set(OLD + 1, now).set(OLD, 0), 0), 1);
                }
            }
        }
        return world;
    }

    /** The server names a changed key, if anybody listens; a feed with positions finds it later even if nobody does. */
    private World name(World world, int key) {
        if (scenario.resumes) {
            world.add(PRODUCED, 1);
        }
        return scenario.resumes || world.is(FEED_UP, 1) ? world.add(NAMED + key, 1) : world;
    }

    private static World atNew(World world, Op op) {
        int key = op.key();
        int now = world.seen(NEW, key);
        switch (op.kind()) {
            case SET -> world.set(NEW + key, op.value());
            case SETEX -> world.set(NEW + key, world.alive(NEW, op.value() | TTL));
            case INCR -> world.set(NEW + key, now + 1);
            case DEL -> world.set(NEW + key, 0);
            case RENAME -> {
                if (now != 0) {
                    world.set(NEW + 1, now).set(NEW, 0);
                }
            }
        }
        return world;
    }

    private boolean has(Flaw flaw) {
        return scenario.flaws.contains(flaw);
    }
}
