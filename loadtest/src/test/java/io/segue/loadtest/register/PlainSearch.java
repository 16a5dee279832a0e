package io.segue.loadtest.register;

/**
 * Wing and Gong's search as it is in the book: every order is tried, nothing is assumed of the values. For histories of one key and a few
 * operations.
 */
final class PlainSearch {
    private final History history;

    private PlainSearch(History history) {
        this.history = history;
    }

    static boolean linearizable(History history) {
        return new PlainSearch(history).continues(0, History.NOTHING);
    }

    private boolean continues(int taken, long value) {
        if (complete(taken)) {
            return true;
        }
        for (int i = 0; i < history.size(); i++) {
            if (!mayBeNext(i, taken)) {
                continue;
            }
            long after =
                    switch (history.action(i)) {
                        case READ -> value;
                        case WRITE -> history.value(i);
                        case DELETE -> History.NOTHING;
                    };
            boolean fits =
                    history.action(i) != Action.READ || history.outcome(i) != Outcome.DONE || history.value(i) == value;
            if (fits && continues(taken | 1 << i, after)) {
                return true;
            }
        }
        return false;
    }

    private boolean complete(int taken) {
        for (int i = 0; i < history.size(); i++) {
            if (history.outcome(i) == Outcome.DONE && (taken & 1 << i) == 0) {
                return false;
            }
        }
        return true;
    }

    private boolean mayBeNext(int number, int taken) {
        if ((taken & 1 << number) != 0 || history.outcome(number) == Outcome.REFUSED) {
            return false;
        }
        for (int i = 0; i < history.size(); i++) {
            boolean left = (taken & 1 << i) == 0 && history.outcome(i) == Outcome.DONE;
            if (left && history.answeredNanos(i) < history.sentNanos(number)) {
                return false;
            }
        }
        return true;
    }
}
