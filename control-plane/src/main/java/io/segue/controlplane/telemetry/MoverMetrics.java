package io.segue.controlplane.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.mover.RunningMovement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The figures of the movers. Movers come and go, so each look registers the new ones and strikes off those that are gone. */
final class MoverMetrics {
    private final MeterRegistry registry;
    private final Supplier<List<RunningMovement>> movements;
    private final Map<Tags, Row> rows = new HashMap<>();

    MoverMetrics(MeterRegistry registry, Supplier<List<RunningMovement>> movements) {
        this.registry = registry;
        this.movements = movements;
    }

    /** One mover: its last status, and what shows it. */
    private static final class Row {
        private volatile MoverStatus status;
        private final List<Meter> meters = new ArrayList<>();

        Row(MoverStatus status) {
            this.status = status;
        }
    }

    /** To be called before the registry is read. */
    synchronized void refresh() {
        Map<Tags, MoverStatus> now = new HashMap<>();
        for (RunningMovement one : movements.get()) {
            // Old and new are the same for both directions.
            boolean forward = one.direction().equals("forward");
            Tags tags = Tags.of(
                    "migration",
                    one.migration(),
                    "direction",
                    one.direction(),
                    "old",
                    forward ? one.authority() : one.follower(),
                    "new",
                    forward ? one.follower() : one.authority());
            now.put(tags, one.status());
        }
        rows.entrySet().removeIf(row -> {
            boolean gone = !now.containsKey(row.getKey());
            if (gone) {
                row.getValue().meters.forEach(registry::remove);
            }
            return gone;
        });
        now.forEach((tags, status) -> rows.computeIfAbsent(tags, this::register).status = status);
    }

    private Row register(Tags tags) {
        Row row = new Row(
                new MoverStatus(MoverStatus.Phase.NEW, false, "", "", 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0));
        Shown shown = new Shown(row, tags);
        shown.gauge("keys", "Keys to copy, as far as known", MoverStatus::keysTotal);
        shown.counter("keys.copied", "Keys of the first copy that are done", MoverStatus::keysCopied);
        shown.counter("keys.followed", "Changed keys that were carried over", MoverStatus::keysFollowed);
        shown.counter("bytes", "Bytes of values written to NEW", MoverStatus::bytes);
        shown.gauge("owed.keys", "Changed keys that are not carried over yet", MoverStatus::owed);
        shown.gauge("settling.keys", "Keys written to both sides that are still to be compared", MoverStatus::settling);
        shown.gauge("lag.ms", "Age of the oldest change that is not carried over yet", MoverStatus::lagMs);
        shown.gauge("error.keys", "Keys that could not be copied and were not accepted", MoverStatus::errorKeys);
        shown.gauge("conflict.keys", "Keys that the conflict rule left alone", MoverStatus::conflicts);
        shown.counter("rechecks", "How often everything had to be compared again", MoverStatus::rechecks);
        shown.counter("throttled.ms", "Milliseconds that limits have kept it waiting", MoverStatus::throttledMs);
        shown.gauge("paused", "1 while it stands still on request", status -> status.paused() ? 1 : 0);
        shown.gauge("caught.up", "1 while NEW has everything", status -> status.caughtUp() ? 1 : 0);
        return row;
    }

    /** Registers the meters of one row. */
    private final class Shown {
        private final Row row;
        private final Tags tags;

        Shown(Row row, Tags tags) {
            this.row = row;
            this.tags = tags;
        }

        void gauge(String name, String what, ToDoubleFunction<MoverStatus> value) {
            row.meters.add(Gauge.builder("segue.mover." + name, row, one -> value.applyAsDouble(one.status))
                    .description(what)
                    .tags(tags)
                    .register(registry));
        }

        void counter(String name, String what, ToDoubleFunction<MoverStatus> value) {
            row.meters.add(FunctionCounter.builder("segue.mover." + name, row, one -> value.applyAsDouble(one.status))
                    .description(what)
                    .tags(tags)
                    .register(registry));
        }
    }
}
