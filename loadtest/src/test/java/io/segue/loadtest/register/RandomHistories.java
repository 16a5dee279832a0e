package io.segue.loadtest.register;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Makes histories up: some as a register would have made them, some by chance. */
final class RandomHistories {
    /** Between two operations of {@link #valid}. */
    private static final long UNIT = 10;

    private final SplittableRandom random;

    RandomHistories(long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * What a register that takes each operation at some moment within its time may have answered.
     *
     * @param keys number of registers
     * @param operations in all
     * @param longest an operation takes less than so many times what lies between two sendings; at 1 none overlap
     * @param openShare of the operations without an answer; half of them take effect, perhaps late
     */
    History valid(int keys, int operations, int longest, double openShare) {
        List<Planned> planned = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            planned.add(Planned.next(random, i, keys, longest, openShare));
        }
        long[] state = new long[keys];
        long[] read = new long[operations];
        planned.stream().sorted(Comparator.comparingDouble(Planned::effect)).forEach(step -> {
            read[step.at] = state[step.key];
            boolean happens = step.effect < Double.MAX_VALUE;
            if (happens && step.action != Action.READ) {
                state[step.key] = step.action == Action.WRITE ? step.at + 1 : History.NOTHING;
            }
        });
        History history = new History();
        for (Planned step : planned) {
            long sent = step.at * UNIT;
            int number = history.begin(0, 0, step.key, step.action, step.at + 1, sent, sent);
            if (step.open) {
                continue;
            }
            if (step.action == Action.READ) {
                history.done(number, step.answered, read[step.at]);
            } else {
                history.done(number, step.answered);
            }
        }
        return history;
    }

    /** One key; the times, the outcomes and what was read are all by chance. */
    History any(int operations, int span) {
        History history = new History();
        int deletions = random.nextInt(5);
        for (int i = 0; i < operations; i++) {
            long from = random.nextInt(span);
            Action action = anyAction(random, deletions);
            int number = history.begin(0, 0, 0, action, i + 1, from, from);
            long to = from + random.nextInt(span);
            int fate = random.nextInt(10);
            if (fate == 0) {
                continue;
            }
            if (fate == 1) {
                history.refused(number, to);
            } else if (action == Action.READ) {
                boolean nothing = random.nextInt(10) < deletions;
                history.done(number, to, nothing ? History.NOTHING : random.nextInt(operations + 1));
            } else {
                history.done(number, to);
            }
        }
        return history;
    }

    private static Action anyAction(SplittableRandom random, int deletionsOfTen) {
        int what = random.nextInt(10);
        return what < 5 ? Action.READ : what < 10 - deletionsOfTen ? Action.WRITE : Action.DELETE;
    }

    private record Planned(int at, int key, Action action, boolean open, double effect, long answered) {
        static Planned next(SplittableRandom random, int at, int keys, int longest, double openShare) {
            double takes = UNIT * (longest - 0.2) * random.nextDouble();
            boolean open = random.nextDouble() < openShare;
            double sent = UNIT * (double) at;
            double effect = sent + random.nextDouble() * (open ? 5 * UNIT * longest : takes);
            boolean never = open && random.nextBoolean();
            return new Planned(
                    at, random.nextInt(keys), anyAction(random, 1), open, never ? Double.MAX_VALUE : effect, (long)
                            Math.ceil(sent + takes));
        }
    }
}
