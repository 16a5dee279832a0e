package io.segue.proxy.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plans that this proxy has found to breach their guardrails while it was alone, and so runs with every key read at its authority. Each
 * holds until the control plane gives the interlay another plan: it is told, and decides. Confined to the configuration thread.
 */
public final class Fallbacks {
    private final Map<String, Entry> entries = new HashMap<>();

    /** What was found, and the plan that it was found of. */
    private record Entry(PlanSpec plan, BreachNews news) {}

    /** Whether something was found of the plan that an interlay has. */
    public boolean has(InterlaySpec interlay) {
        Entry entry = entries.get(interlay.id());
        return entry != null && same(entry.plan(), interlay.plan());
    }

    /** Notes what was found of the plan that {@code interlay} runs. */
    public void add(InterlaySpec interlay, BreachNews news) {
        PlanSpec plan = interlay.plan();
        if (plan != null) {
            entries.put(interlay.id(), new Entry(plan, news));
        }
    }

    /** All that was found and still counts. */
    public List<BreachNews> news() {
        List<BreachNews> all = new ArrayList<>();
        entries.values().forEach(entry -> all.add(entry.news()));
        return all;
    }

    /** What is to run where this was asked for. */
    ProxySnapshot apply(ProxySnapshot snapshot) {
        if (entries.isEmpty()) {
            return snapshot;
        }
        List<InterlaySpec> interlays = new ArrayList<>();
        for (InterlaySpec interlay : snapshot.interlays()) {
            PlanSpec plan = interlay.plan();
            Entry entry = entries.get(interlay.id());
            boolean careful =
                    plan != null && entry != null && entry.news().readsAtAuthority() && same(entry.plan(), plan);
            interlays.add(careful && plan != null ? interlay.withPlan(plan.careful()) : interlay);
        }
        return new ProxySnapshot(snapshot.version(), interlays);
    }

    /** Forgets what was found of plans that do not run any more. */
    void retain(ProxySnapshot running) {
        Map<String, PlanSpec> plans = new HashMap<>();
        for (InterlaySpec interlay : running.interlays()) {
            PlanSpec plan = interlay.plan();
            if (plan != null) {
                plans.put(interlay.id(), plan);
            }
        }
        entries.entrySet().removeIf(entry -> !same(entry.getValue().plan(), plans.get(entry.getKey())));
    }

    private static boolean same(PlanSpec a, @Nullable PlanSpec b) {
        return b != null && a.careful().equals(b.careful());
    }
}
