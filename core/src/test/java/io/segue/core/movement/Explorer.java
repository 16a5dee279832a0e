package io.segue.core.movement;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Visits every state of a model, breadth first, so that a counter-example is a shortest one. Checks three things: no state is wrong by itself,
 * no state is a dead end that should not be one, and from every state a good end can be reached (so under strong fairness it is).
 */
public final class Explorer<S> {
    /** What is explored. States have value equality. */
    public interface Model<S> {
        S initial();

        /** Every state that may come next, each with the name of the step. */
        void steps(S state, Sink<S> sink);

        /** Why this state must not be; null if it may. */
        @Nullable
        String wrong(S state);

        /** Whether this is where things should end. */
        boolean end(S state);

        String describe(S state);
    }

    /** Takes the next states. */
    public interface Sink<S> {
        void accept(String step, S next);
    }

    /**
     * What was found.
     *
     * @param problem what is wrong, null if nothing is
     * @param trace the steps to it, one a line
     */
    public record Result(
            int states, int transitions, int ends, @Nullable String problem, List<String> trace) {
        @Override
        public String toString() {
            String size = states + " states, " + transitions + " transitions, " + ends + " ends";
            return problem == null ? size : size + ": " + problem + "\n  " + String.join("\n  ", trace);
        }
    }

    private final Model<S> model;
    private final int limit;
    private final List<S> states = new ArrayList<>();
    /** Numbers of states by their hash, plus one; as long as a power of two, at most half full. A HashMap would need three times the memory. */
    private int[] table = new int[1 << 12];

    private final List<String> steps = new ArrayList<>();
    private final Ints parents = new Ints();
    private final Ints from = new Ints();
    private final Ints to = new Ints();
    private int ends;

    private Explorer(Model<S> model, int limit) {
        this.model = model;
        this.limit = limit;
    }

    /** Explores all states, up to a problem. */
    public static <S> Result explore(Model<S> model, int limit) {
        return new Explorer<>(model, limit).run();
    }

    private Result run() {
        visit("start", model.initial(), -1);
        for (int at = 0; at < states.size(); at++) {
            S state = states.get(at);
            String wrong = model.wrong(state);
            if (wrong != null) {
                return result(wrong, at);
            }
            int here = at;
            int edges = from.size;
            model.steps(state, (step, next) -> {
                from.add(here);
                to.add(visit(step, next, here));
            });
            if (model.end(state)) {
                ends++;
            } else if (edges == from.size) {
                return result("nothing can happen any more, but this is not the end", at);
            }
            if (states.size() > limit) {
                throw new IllegalStateException("more than " + limit + " states");
            }
        }
        int stuck = firstWithoutEnd();
        return stuck < 0 ? result(null, 0) : result("no good end can be reached from here", stuck);
    }

    private int visit(String step, S state, int parent) {
        int slot = slot(state);
        if (table[slot] != 0) {
            return table[slot] - 1;
        }
        states.add(state);
        table[slot] = states.size();
        if (states.size() * 2 > table.length) {
            table = new int[table.length * 2];
            for (int i = 0; i < states.size(); i++) {
                table[slot(states.get(i))] = i + 1;
            }
        }
        steps.add(step);
        parents.add(parent);
        return states.size() - 1;
    }

    /** Where this state is, or is to be. */
    private int slot(S state) {
        int slot = state.hashCode() & (table.length - 1);
        while (table[slot] != 0 && !states.get(table[slot] - 1).equals(state)) {
            slot = (slot + 1) & (table.length - 1);
        }
        return slot;
    }

    /** The first state from which no end can be reached: a walk backwards from all ends. */
    private int firstWithoutEnd() {
        int[] first = new int[states.size() + 1];
        for (int edge = 0; edge < to.size; edge++) {
            first[to.items[edge] + 1]++;
        }
        for (int i = 1; i < first.length; i++) {
            first[i] += first[i - 1];
        }
        int[] sources = new int[to.size];
        int[] fill = first.clone();
        for (int edge = 0; edge < to.size; edge++) {
            sources[fill[to.items[edge]]++] = from.items[edge];
        }
        boolean[] good = new boolean[states.size()];
        Deque<Integer> queue = new ArrayDeque<>();
        for (int i = 0; i < good.length; i++) {
            good[i] = model.end(states.get(i));
            if (good[i]) {
                queue.add(i);
            }
        }
        while (!queue.isEmpty()) {
            int at = queue.remove();
            for (int i = first[at]; i < first[at + 1]; i++) {
                if (!good[sources[i]]) {
                    good[sources[i]] = true;
                    queue.add(sources[i]);
                }
            }
        }
        for (int i = 0; i < good.length; i++) {
            if (!good[i]) {
                return i;
            }
        }
        return -1;
    }

    private Result result(@Nullable String problem, int at) {
        List<String> trace = new ArrayList<>();
        for (int i = problem == null ? -1 : at; i >= 0; i = parents.items[i]) {
            trace.add(0, String.format("%-58s %s", steps.get(i), model.describe(states.get(i))));
        }
        return new Result(states.size(), from.size, ends, problem, trace);
    }

    private static final class Ints {
        private int[] items = new int[1024];
        private int size;

        void add(int item) {
            if (size == items.length) {
                items = Arrays.copyOf(items, size * 2);
            }
            items[size++] = item;
        }
    }
}
