package io.segue.controlplane.api.rest;

import io.javalin.http.Context;
import io.segue.controlplane.service.Services;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationStatus;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Events of a migration, as a list or as a stream. */
final class EventRoutes implements AutoCloseable {
    private static final String STREAM = "text/event-stream";
    /** Shorter than the time after which idle connections are cut. */
    private static final int BEAT_S = 5;

    private final Services services;
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "segue-event-beats");
        made.setDaemon(true);
        return made;
    });

    EventRoutes(Services services) {
        this.services = services;
        ScheduledFuture<?> unused =
                beats.scheduleWithFixedDelay(() -> open.forEach(EventStream::beat), BEAT_S, BEAT_S, TimeUnit.SECONDS);
    }

    void add(RouteTable routes) {
        routes.get("/api/v1/migrations/{id}/events", this::events, Need.ADMIN)
                .says(
                        "What happened, oldest first; with Accept: text/event-stream a stream of it and of the progress, until the"
                                + " migration ends.")
                .header("Accept", "text/event-stream for a stream.")
                .header("Last-Event-ID", "For a stream: number of the last event that the caller knows.")
                .gives("Event[]");
    }

    private void events(Context context) {
        String accept = String.valueOf(context.header("Accept")).toLowerCase(Locale.ROOT);
        if (accept.contains(STREAM)) {
            stream(context);
            return;
        }
        Exchange.ok(
                context, Exchange.list(services.migrations().events(context.pathParam("id")), MigrationWriter::write));
    }

    private void stream(Context context) {
        Migration migration = services.migrations().get(context.pathParam("id"));
        long known = lastEvent(context);
        if (isOver(migration, known)) {
            // What browsers understand as: do not come back.
            context.status(204);
            return;
        }
        EventStream stream = new EventStream();
        stream.watchedBy(services.watches().watch(migration.getUuid(), 0, known, stream));
        open.add(stream);
        context.status(200)
                .contentType(STREAM + "; charset=utf-8")
                .header("Cache-Control", "no-cache")
                .header("X-Accel-Buffering", "no");
        context.future(() -> {
            try {
                return stream.begin(context.res().getOutputStream())
                        .whenComplete((nothing, failure) -> open.remove(stream));
            } catch (java.io.IOException | RuntimeException e) {
                open.remove(stream);
                stream.end();
                throw new IllegalStateException("the stream could not begin", e);
            }
        });
    }

    private boolean isOver(Migration migration, long known) {
        boolean ended = migration.getStatus() == MigrationStatus.MIGRATION_STATUS_COMPLETED
                || migration.getStatus() == MigrationStatus.MIGRATION_STATUS_ROLLED_BACK;
        List<MigrationEvent> events = services.migrations().events(migration.getUuid());
        return ended && known > 0 && events.stream().allMatch(event -> event.getNumber() <= known);
    }

    private static long lastEvent(Context context) {
        String header = context.header("Last-Event-ID");
        if (header == null || header.isBlank()) {
            return 0;
        }
        try {
            long number = Long.parseLong(header.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number that no event has.
        }
        throw new InvalidFieldException("Last-Event-ID", header, "the number of an event");
    }

    @Override
    public void close() {
        beats.shutdownNow();
        open.forEach(EventStream::end);
    }
}
