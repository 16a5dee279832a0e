package io.segue.controlplane.service;

import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the movement of data: at the start of the process, whenever a mover has something to say, and a few times a second. One thread at
 * a time works for one migration; what it does is decided from what is stored, so after a crash at any moment the next process goes on
 * where this one stood. What to do is in {@link MovementWork}; here is when.
 */
final class MovementDirector implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MovementDirector.class);

    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final MovementWork work;
    private final Limits limits;
    private final Map<String, Desk> desks = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(daemons("segue-look"));
    private final ExecutorService workers = Executors.newCachedThreadPool(daemons("segue-movement"));
    private volatile boolean closed;

    /** One migration's queue of one: work that is asked for while some is done is done once, afterwards. */
    private static final class Desk {
        private final AtomicInteger asked = new AtomicInteger();
        private final Patience patience = new Patience();
    }

    MovementDirector(Records records, Movements movements, Movers movers, MovementWork work, Limits limits) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.work = work;
        this.limits = limits;
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Begins to look. What ran when the process before this one ended goes on.
     *
     * @param missing proxies that are known, and have not come back to this process
     */
    void start(Supplier<List<String>> missing) {
        movers.onNews(this::wake);
        // Whoever died while no control plane ran was lost by nobody. Living proxies are back long before.
        clock.schedule(
                () -> missing.get().forEach(movers::proxyLost),
                2 * limits.acknowledgement().toMillis(),
                TimeUnit.MILLISECONDS);
        clock.scheduleWithFixedDelay(this::lookAtAll, 0, limits.look().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookAtAll() {
        try {
            for (Held<Migration> held : records.migrations()) {
                if (concerns(held.value())) {
                    wake(held.value().getUuid());
                } else {
                    desks.remove(held.value().getUuid());
                }
            }
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.error("movements cannot be looked after right now", e);
            }
        }
    }

    private boolean concerns(Migration migration) {
        if (!Names.status(migration.getStatus()).routesTraffic()) {
            return false;
        }
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        return movement.isPresent()
                && (movement.get().getRevert() || movement.get().getStage() != MovementStage.MOVEMENT_STAGE_CLOSED);
    }

    /** Has a migration looked after soon. */
    void wake(String uuid) {
        Desk desk = desks.computeIfAbsent(uuid, id -> new Desk());
        if (closed || desk.asked.getAndIncrement() > 0) {
            return;
        }
        try {
            workers.execute(() -> workAt(uuid, desk));
        } catch (RejectedExecutionException e) {
            // It was closed just now; a mover's thread must not suffer from it.
            LOG.debug("closed", e);
        }
    }

    private void workAt(String uuid, Desk desk) {
        int seen;
        do {
            seen = desk.asked.get();
            try {
                work.lookAfter(uuid, desk.patience);
            } catch (ServiceException e) {
                // Busy, or refused: what is stored has not changed, and it is looked at again.
                LOG.info("movement of {}: {}", uuid, e.getMessage());
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.error("the movement of {} cannot be looked after right now", uuid, e);
                }
            }
        } while (!closed && !desk.asked.compareAndSet(seen, 0));
    }

    /** Stops looking, and closes all movers. What they were about goes on with the next process. */
    @Override
    public void close() {
        closed = true;
        clock.shutdownNow();
        workers.shutdownNow();
        try {
            workers.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        movers.closeAll();
    }
}
