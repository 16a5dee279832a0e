package io.segue.loadtest.register;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the operations of one key that a register could have taken them in: the search of Wing and Gong, in which every
 * step is forced because no value is written twice, so that it never goes back. The order is built from its beginning; an operation may come
 * next if nothing that is left was answered before it was sent.
 *
 * <p>A write and all reads of its value stand side by side in every such order: this is a <i>block</i>, and it may come next if all of it may.
 * Left are deletions and reads of nothing. Three rules suffice; for each there is an exchange argument in decision 20:
 * <ol>
 * <li>while there is nothing, a read of nothing that may come next does;
 * <li>else a block that may come next does, whichever it is;
 * <li>else a deletion must, of those that may the one that was answered first.
 * </ol>
 * If none of them applies, no order exists. A write without an answer whose value nobody read is left out, which takes nothing away from
 * an order; a deletion without an answer may be left to the end, and then out.
 */
final class KeySearch {
    private static final Comparator<Item> BY_SENT = Comparator.comparingLong(item -> item.lastSent);
    private static final Comparator<Item> BY_ANSWERED = Comparator.comparingLong(item -> item.firstAnswered);

    private final History history;
    private final int[] operations;
    private final Map<Long, Item> byValue = new HashMap<>();
    private final List<Item> blocks = new ArrayList<>();
    private final List<Item> deletions = new ArrayList<>();
    private final List<Item> nothings = new ArrayList<>();
    /** All that the order must or may contain, by the moment of the first answer. */
    private final List<Item> items = new ArrayList<>();

    private final PriorityQueue<Item> deletionsThatMayBeNext = new PriorityQueue<>(BY_ANSWERED);
    private int nextItem;
    private int nextBlock;
    private int nextDeletion;
    private int nextNothing;
    private @Nullable Item current;

    /** The operations of one key, by number. */
    KeySearch(History history, int[] operations) {
        this.history = history;
        this.operations = operations;
    }

    /** What cannot change places with anything: a block, a deletion or a read of nothing. */
    private static final class Item {
        final Action action;
        /** The write of a block, else the operation itself. */
        final int head;
        /** The operation that was sent last, and when. */
        int last;

        long lastSent;
        /** The operation that was answered first, and when. */
        int first;

        long firstAnswered;
        boolean wanted;
        boolean taken;

        Item(Action action, int head, History history) {
            this.action = action;
            this.head = head;
            this.last = head;
            this.lastSent = history.sentNanos(head);
            this.first = head;
            this.firstAnswered = history.answeredNanos(head);
        }

        void add(int read, History history) {
            if (history.sentNanos(read) > lastSent) {
                last = read;
                lastSent = history.sentNanos(read);
            }
            if (history.answeredNanos(read) < firstAnswered) {
                first = read;
                firstAnswered = history.answeredNanos(read);
            }
        }
    }

    /** Null if there is such an order, else why there is none. */
    @Nullable
    Finding search() {
        collectWrites();
        Finding finding = collectReads();
        return finding != null ? finding : order();
    }

    private void collectWrites() {
        for (int number : operations) {
            if (history.outcome(number) == Outcome.REFUSED) {
                continue;
            }
            Action action = history.action(number);
            if (action == Action.DELETE) {
                deletions.add(new Item(action, number, history));
            } else if (action == Action.WRITE) {
                Item block = new Item(action, number, history);
                block.wanted = history.outcome(number) == Outcome.DONE;
                Item other = byValue.put(history.value(number), block);
                if (other != null) {
                    throw new IllegalArgumentException("value " + history.value(number) + " of key "
                            + history.key(number) + ": written twice, by #" + other.head + " and #" + number
                            + " (expected: every value at most once)");
                }
            }
        }
    }

    private @Nullable Finding collectReads() {
        for (int number : operations) {
            if (history.action(number) != Action.READ || history.outcome(number) != Outcome.DONE) {
                continue;
            }
            long value = history.value(number);
            if (value == History.NOTHING) {
                nothings.add(new Item(Action.READ, number, history));
                continue;
            }
            Item block = byValue.get(value);
            if (block == null) {
                return finding(Finding.Kind.FOREIGN, "read a value that no write can have left there", number);
            }
            if (history.answeredNanos(number) < history.sentNanos(block.head)) {
                return finding(Finding.Kind.EARLY, "read a value before its write was sent", number, block.head);
            }
            block.wanted = true;
            block.add(number, history);
        }
        return null;
    }

    private @Nullable Finding order() {
        byValue.values().stream().filter(block -> block.wanted).forEach(blocks::add);
        items.addAll(blocks);
        items.addAll(deletions);
        items.addAll(nothings);
        items.sort(BY_ANSWERED);
        blocks.sort(BY_SENT);
        deletions.sort(BY_SENT);
        nothings.sort(BY_SENT);
        while (true) {
            takeReadsOfNothing();
            Item first = firstLeft();
            if (first == null || first.firstAnswered == History.NEVER) {
                return null;
            }
            Item next = blockThatMayBeNext(first);
            if (next == null) {
                next = deletionThatMayBeNext(first);
            }
            if (next == null) {
                return stuck(first);
            }
            next.taken = true;
            current = next.action == Action.WRITE ? next : null;
        }
    }

    private void takeReadsOfNothing() {
        while (current == null && nextNothing < nothings.size()) {
            Item next = nothings.get(nextNothing);
            Item first = firstLeft();
            if (first != null && first.firstAnswered < next.lastSent) {
                return;
            }
            next.taken = true;
            nextNothing++;
        }
    }

    /** What was answered first of what is left. */
    private @Nullable Item firstLeft() {
        nextItem = skipTaken(items, nextItem);
        return nextItem < items.size() ? items.get(nextItem) : null;
    }

    /** Of all blocks other than {@code first}, none can do it better than the one whose last operation was sent first. */
    private @Nullable Item blockThatMayBeNext(Item first) {
        if (first.action == Action.WRITE) {
            int second = skipTaken(items, nextItem + 1);
            if (second == items.size() || items.get(second).firstAnswered >= first.lastSent) {
                return first;
            }
        }
        nextBlock = skipTaken(blocks, nextBlock);
        int candidate = nextBlock;
        if (candidate < blocks.size() && blocks.get(candidate) == first) {
            candidate = skipTaken(blocks, candidate + 1);
        }
        boolean may = candidate < blocks.size() && blocks.get(candidate).lastSent <= first.firstAnswered;
        return may ? blocks.get(candidate) : null;
    }

    private @Nullable Item deletionThatMayBeNext(Item first) {
        while (nextDeletion < deletions.size() && deletions.get(nextDeletion).lastSent <= first.firstAnswered) {
            deletionsThatMayBeNext.add(deletions.get(nextDeletion++));
        }
        Item next = deletionsThatMayBeNext.peek();
        // Where there is nothing, a deletion without an answer brings nothing forward.
        boolean useless = next == null || (current == null && next.firstAnswered == History.NEVER);
        return useless ? null : deletionsThatMayBeNext.poll();
    }

    private static int skipTaken(List<Item> list, int from) {
        int at = from;
        while (at < list.size() && list.get(at).taken) {
            at++;
        }
        return at;
    }

    /** {@code first} cannot come next, and nothing else can come before it. */
    private Finding stuck(Item first) {
        Item second = items.stream()
                .filter(item -> !item.taken && item != first)
                .findFirst()
                .orElse(first);
        if (first.action == Action.READ || second.action == Action.READ) {
            return nothingThere(first.action == Action.READ ? first : second, first);
        }
        if (second.action == Action.DELETE) {
            return finding(
                    Finding.Kind.STALE,
                    "read a value that had been deleted",
                    first.head,
                    first.first,
                    second.head,
                    first.last);
        }
        boolean inOrder = history.sentNanos(first.head) <= history.sentNanos(second.head);
        Item older = inOrder ? first : second;
        Item newer = inOrder ? second : first;
        return finding(
                Finding.Kind.STALE,
                "read value " + history.value(older.head) + ", which was older, after " + history.value(newer.head)
                        + " had been seen or acknowledged",
                older.head,
                newer.head,
                newer.first,
                older.last);
    }

    private Finding nothingThere(Item nothing, Item first) {
        Item there = current != null ? current : first;
        return finding(
                Finding.Kind.VANISHED,
                "read nothing, although no deletion can stand between the value and this",
                there.head,
                there.first,
                there.last,
                nothing.head);
    }

    private Finding finding(Finding.Kind kind, String what, int... numbers) {
        List<Operation> evidence = new ArrayList<>();
        for (int number : numbers) {
            Operation operation = history.operation(number);
            if (!evidence.contains(operation)) {
                evidence.add(operation);
            }
        }
        return new Finding(history.key(numbers[0]), kind, what, evidence);
    }
}
