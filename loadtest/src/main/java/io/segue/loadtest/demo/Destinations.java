package io.segue.loadtest.demo;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.TrackedKey;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Predicts where a request goes, by the same code as the proxies, so that latency as the client sees it can be told apart by side.
 * Thread-safe.
 */
final class Destinations implements BiFunction<TrackedKey, Boolean, Destination> {
    private volatile Stage stage;
    private volatile Optional<Plan> plan = Optional.empty();

    /** Predicts for {@code first} until the first {@link #enter}. */
    Destinations(Stage first) {
        this.stage = first;
    }

    /** The proxies have taken over the plan of {@code next}, whose migration has this uuid. */
    void enter(Stage next, String migrationUuid) {
        plan = next.strategy().map(s -> Plan.compile(next.migration(), migrationUuid, s, Labels.NONE));
        stage = next;
    }

    @Override
    public Destination apply(TrackedKey key, Boolean read) {
        Plan current = plan.orElse(null);
        if (current == null) {
            return stage.share() == 0 ? Destination.OLD : Destination.NEW;
        }
        byte[] name = key.name().getBytes(StandardCharsets.UTF_8);
        int bucket = Bucket.of(name, 0, name.length, current.salt());
        Verdict verdict = current.verdict(read ? Access.READ : Access.WRITE, bucket);
        return verdict.match(
                single -> single.side() == Side.OLD ? Destination.OLD : Destination.NEW,
                dual -> Destination.BOTH,
                shadowed -> shadowed.side() == Side.OLD ? Destination.OLD : Destination.NEW);
    }
}
