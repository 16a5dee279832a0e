package io.segue.controlplane.service;

import io.segue.core.validation.Check;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationNews;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MigrationStatus;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Tells watchers what happens to a migration, until it has ended. Thread-safe; all of them are told on one thread. */
public final class Watches implements AutoCloseable {
    private static final int DEFAULT_INTERVAL_MS = 1_000;
    private static final int MAX_WATCHES = 256;

    private final Records records;
    private final EventLog events;
    private final MovementService movement;
    private final AtomicInteger watching = new AtomicInteger();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "segue-watch");
        made.setDaemon(true);
        return made;
    });

    Watches(Records records, EventLog events, MovementService movement) {
        this.records = records;
        this.events = events;
        this.movement = movement;
    }

    /** Who wants to know. Calls come one at a time and must not block. */
    public interface Watcher {
        /** Whether it takes news now; what comes meanwhile is told later. */
        boolean isReady();

        void news(MigrationNews news);

        /** There will be no more: the migration has ended, or is gone. */
        void ended();

        /** It cannot be watched any more. */
        void failed(RuntimeException thrown);
    }

    /**
     * Begins to tell: the events so far, the progress, and then what is new.
     *
     * @param id id or uuid of the migration
     * @param intervalMs how often to look, 100 to 60,000; 0 for 1,000
     * @param after number of the last event that the watcher knows; 0 for none
     * @return ends the watch, from any thread
     */
    public Runnable watch(String id, int intervalMs, long after, Watcher watcher) {
        int interval = intervalMs == 0 ? DEFAULT_INTERVAL_MS : Check.range("interval_ms", intervalMs, 100, 60_000);
        String uuid = records.migration(id).value().getUuid();
        if (watching.incrementAndGet() > MAX_WATCHES) {
            watching.decrementAndGet();
            throw new ServiceException(Code.BUSY, MAX_WATCHES + " watches are open already; try again later");
        }
        Watch watch = new Watch(uuid, after, watcher);
        watch.runs(thread.scheduleWithFixedDelay(watch::look, 0, interval, TimeUnit.MILLISECONDS));
        return watch::end;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private final class Watch {
        private final String uuid;
        private final Watcher watcher;
        private long told;
        private @Nullable MigrationProgress last;
        private @Nullable ScheduledFuture<?> timer;
        private boolean over;

        Watch(String uuid, long told, Watcher watcher) {
            this.uuid = uuid;
            this.told = told;
            this.watcher = watcher;
        }

        synchronized void runs(ScheduledFuture<?> future) {
            timer = future;
            if (over) {
                future.cancel(false);
            }
        }

        synchronized void end() {
            if (!over) {
                over = true;
                watching.decrementAndGet();
                if (timer != null) {
                    timer.cancel(false);
                }
            }
        }

        private synchronized boolean isOver() {
            return over;
        }

        void look() {
            if (isOver() || !watcher.isReady()) {
                return;
            }
            try {
                Migration migration = records.migration(uuid).value();
                if (!tell(migration)) {
                    return;
                }
                if (migration.getStatus() == MigrationStatus.MIGRATION_STATUS_COMPLETED
                        || migration.getStatus() == MigrationStatus.MIGRATION_STATUS_ROLLED_BACK) {
                    end();
                    watcher.ended();
                }
            } catch (ServiceException e) {
                end();
                if (e.code() == Code.NOT_FOUND) {
                    watcher.ended();
                } else {
                    watcher.failed(e);
                }
            } catch (RuntimeException e) {
                end();
                watcher.failed(e);
            }
        }

        /** Whether the watcher has taken everything; what it has not is told later. */
        private boolean tell(Migration migration) {
            for (MigrationEvent event : events.of(migration)) {
                if (event.getNumber() > told) {
                    if (!watcher.isReady()) {
                        return false;
                    }
                    watcher.news(MigrationNews.newBuilder().setEvent(event).build());
                    told = event.getNumber();
                }
            }
            MigrationProgress now = movement.progress(uuid);
            if (!now.equals(last)) {
                last = now;
                watcher.news(MigrationNews.newBuilder().setProgress(now).build());
            }
            return true;
        }
    }
}
