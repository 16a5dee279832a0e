package io.segue.loadtest.register;

/** Writes a history of one key down by hand: {@code from} and {@code to} are when an operation was sent and answered. */
final class Script {
    private final History history = new History();
    private int key;

    /** What follows is on another key. */
    Script on(int otherKey) {
        key = otherKey;
        return this;
    }

    Script write(long value, long from, long to) {
        history.done(begin(Action.WRITE, value, from), to);
        return this;
    }

    Script openWrite(long value, long from) {
        begin(Action.WRITE, value, from);
        return this;
    }

    Script refusedWrite(long value, long from, long to) {
        history.refused(begin(Action.WRITE, value, from), to);
        return this;
    }

    Script delete(long from, long to) {
        history.done(begin(Action.DELETE, 0, from), to);
        return this;
    }

    Script openDelete(long from) {
        begin(Action.DELETE, 0, from);
        return this;
    }

    Script read(long value, long from, long to) {
        history.done(begin(Action.READ, 0, from), to, value);
        return this;
    }

    Script openRead(long from) {
        begin(Action.READ, 0, from);
        return this;
    }

    Script readNothing(long from, long to) {
        return read(History.NOTHING, from, to);
    }

    History history() {
        return history;
    }

    private int begin(Action action, long value, long from) {
        return history.begin(0, 0, key, action, value, from, from);
    }
}
