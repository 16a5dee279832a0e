package io.segue.core.migration;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The lifecycle of a migration as a pure function {@code (status, event) → transition}.
 *
 * <pre>
 * pending ─add→ ready ─start→ running ⇄ paused        running ─complete→ completed
 *                             running, paused ─fail→ failed
 *                             running, paused, failed ─rollback→ rolling_back ─reverted→ rolled_back
 * </pre>
 */
public final class Lifecycle {
    private static final Map<Status, Map<Event, Status>> TABLE = table();

    private Lifecycle() {}

    /** What {@code event} does to a migration in {@code status}. */
    public static Transition apply(Status status, Event event) {
        Map<Event, Status> row = TABLE.getOrDefault(status, Map.of());
        Status to = row.get(event);
        return to != null ? new Transition.Moved(to) : new Transition.Refused(refusal(status, event, row));
    }

    private static String refusal(Status status, Event event, Map<Event, Status> row) {
        String allowed = row.keySet().stream()
                .filter(e -> e != Event.FAIL && e != Event.REVERTED)
                .map(Event::call)
                .collect(Collectors.joining(", "));
        return "cannot " + event.call() + " a migration that is " + status.apiName() + " (allowed now: "
                + (allowed.isEmpty() ? "nothing" : allowed) + ")";
    }

    private static Map<Status, Map<Event, Status>> table() {
        Map<Status, Map<Event, Status>> table = new EnumMap<>(Status.class);
        row(table, Status.PENDING, Event.ADD, Status.READY);
        row(table, Status.PENDING, Event.CHANGE, Status.PENDING);
        row(table, Status.PENDING, Event.DELETE, Status.PENDING);
        row(table, Status.READY, Event.ADD, Status.READY);
        row(table, Status.READY, Event.CHANGE, Status.READY);
        row(table, Status.READY, Event.START, Status.RUNNING);
        row(table, Status.READY, Event.DELETE, Status.READY);
        row(table, Status.RUNNING, Event.CHANGE, Status.RUNNING);
        row(table, Status.RUNNING, Event.PAUSE, Status.PAUSED);
        row(table, Status.RUNNING, Event.COMPLETE, Status.COMPLETED);
        row(table, Status.RUNNING, Event.ROLLBACK, Status.ROLLING_BACK);
        row(table, Status.RUNNING, Event.FAIL, Status.FAILED);
        row(table, Status.PAUSED, Event.RESUME, Status.RUNNING);
        row(table, Status.PAUSED, Event.ROLLBACK, Status.ROLLING_BACK);
        row(table, Status.PAUSED, Event.FAIL, Status.FAILED);
        row(table, Status.FAILED, Event.ROLLBACK, Status.ROLLING_BACK);
        row(table, Status.ROLLING_BACK, Event.REVERTED, Status.ROLLED_BACK);
        row(table, Status.ROLLING_BACK, Event.ROLLBACK, Status.ROLLING_BACK);
        row(table, Status.ROLLING_BACK, Event.FAIL, Status.FAILED);
        row(table, Status.COMPLETED, Event.DELETE, Status.COMPLETED);
        row(table, Status.ROLLED_BACK, Event.DELETE, Status.ROLLED_BACK);
        return table;
    }

    private static void row(Map<Status, Map<Event, Status>> table, Status from, Event event, Status to) {
        table.computeIfAbsent(from, s -> new EnumMap<>(Event.class)).put(event, to);
    }
}
