package io.segue.proxy.bootstrap;

import io.segue.core.guardrail.Guardrails;
import io.segue.core.guardrail.Judgement;
import io.segue.core.guardrail.TrafficWindow;
import io.segue.core.operation.Labels;
import io.segue.core.plan.Plan;
import io.segue.proxy.config.BreachNews;
import io.segue.proxy.config.ConfigApplier;
import io.segue.proxy.config.Fallbacks;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.PlanSpec;
import io.segue.proxy.config.StatusBoard;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.telemetry.InterlayStats;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the guardrails while there is no control plane that could. A proxy that is alone may do one thing about a breach: read every key at
 * its authority, and go on writing as it did. No key gets another authority by it, so it agrees with proxies that do not do it. Where the
 * authority itself is on NEW there is nothing that it may do alone: it serves on, and says so when the control plane is back. Confined to the
 * configuration thread.
 */
final class GuardrailKeeper {
    private static final Logger log = LoggerFactory.getLogger(GuardrailKeeper.class);
    private static final long EVERY_MS = 1_000;
    /** A control plane that only starts again is back sooner. */
    private static final long ALONE_AFTER_MS = 5_000;

    private final DataPlane dataPlane;
    private final TrafficReporter traffic;
    private final StatusBoard board;
    private final ConfigApplier applier;
    private final Fallbacks fallbacks;
    private final Labels labels;
    private final Map<String, Watched> watched = new HashMap<>();
    private @Nullable Long aloneSinceMs;

    /** The window of one interlay, and the plan that its figures are of. */
    private record Watched(PlanSpec plan, TrafficWindow window) {}

    GuardrailKeeper(
            DataPlane dataPlane,
            TrafficReporter traffic,
            StatusBoard board,
            ConfigApplier applier,
            Fallbacks fallbacks,
            Labels labels) {
        this.dataPlane = dataPlane;
        this.traffic = traffic;
        this.board = board;
        this.applier = applier;
        this.fallbacks = fallbacks;
        this.labels = labels;
    }

    void start(ScheduledExecutorService configThread) {
        Future<?> unused = configThread.scheduleWithFixedDelay(this::look, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            look(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        } catch (RuntimeException e) {
            log.error("guardrails_not_judged", e);
        }
    }

    private void look(long nowMs) {
        if (board.status().connected()) {
            aloneSinceMs = null;
            watched.clear();
            return;
        }
        Long since = aloneSinceMs;
        if (since == null) {
            since = nowMs;
            aloneSinceMs = nowMs;
        }
        Map<String, InterlayStats> stats = new HashMap<>();
        dataPlane.stats().forEach(one -> stats.put(one.interlay(), one));
        for (InterlaySpec interlay : board.status().snapshot().interlays()) {
            PlanSpec plan = interlay.plan();
            InterlayStats its = stats.get(interlay.id());
            Guardrails guardrails = plan == null ? null : plan.guardrails();
            if (plan == null || guardrails == null || its == null || fallbacks.has(interlay)) {
                continue;
            }
            TrafficWindow window = window(interlay.id(), plan, guardrails);
            window.add(nowMs, traffic.take(its));
            // In the middle of a change nothing else may change.
            if (interlay.prepared() == null && nowMs - since >= ALONE_AFTER_MS) {
                judge(interlay, plan, guardrails.judge(window.figures(nowMs)));
            }
        }
    }

    private TrafficWindow window(String interlay, PlanSpec plan, Guardrails guardrails) {
        Watched known = watched.get(interlay);
        if (known == null || !known.plan().equals(plan)) {
            known = new Watched(plan, new TrafficWindow(guardrails.windowSeconds()));
            watched.put(interlay, known);
        }
        return known.window();
    }

    private void judge(InterlaySpec interlay, PlanSpec plan, Judgement found) {
        if (!found.breached()) {
            return;
        }
        boolean helps = Plan.compile(
                        plan.migrationId(),
                        plan.migrationUuid(),
                        plan.strategy(),
                        plan.sampling(),
                        interlay.labelling(),
                        labels)
                .readsElsewhere();
        fallbacks.add(
                interlay,
                new BreachNews(interlay.id(), plan.migrationId(), found.reason(), System.currentTimeMillis(), helps));
        log.error(
                "guardrails_breached interlay={} migration={} action={} reason=\"{}\"",
                interlay.id(),
                plan.migrationId(),
                helps ? "reads_at_authority" : "none",
                found.reason());
        if (helps) {
            CompletionStage<Void> unused = applier.again().thenAccept(rejection -> {
                if (!rejection.isEmpty()) {
                    log.error("guardrails_not_enforced interlay={} reason=\"{}\"", interlay.id(), rejection);
                }
            });
        }
    }
}
