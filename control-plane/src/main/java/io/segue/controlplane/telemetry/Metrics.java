package io.segue.controlplane.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.segue.controlplane.mover.RunningMovement;
import io.segue.controlplane.push.ChangeStats;
import io.segue.controlplane.push.ProxyHub;
import java.util.List;
import java.util.function.Supplier;

/** The figures of the control plane, for Prometheus. Thread-safe. */
public final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final MoverMetrics movers;

    /**
     * Figures of these parts.
     *
     * @param movements what runs now
     * @param changes how plan changes went
     */
    public Metrics(ProxyHub hub, Supplier<List<RunningMovement>> movements, ChangeStats changes) {
        this.movers = new MoverMetrics(registry, movements);
        Gauge.builder("segue.config.version", hub, ProxyHub::targetVersion)
                .description("The configuration version that every proxy should run")
                .register(registry);
        Gauge.builder("segue.proxies.connected", hub, ProxyHub::connected)
                .description("Proxies that have a stream")
                .register(registry);
        FunctionCounter.builder("segue.config.acks", hub, ProxyHub::acks)
                .description("Configurations that proxies took")
                .register(registry);
        FunctionCounter.builder("segue.config.nacks", hub, ProxyHub::nacks)
                .description("Configurations that proxies refused")
                .register(registry);
        FunctionCounter.builder("segue.plan.changes", changes, ChangeStats::decidedCount)
                .tag("outcome", "decided")
                .description("Changes that gave keys another authority, or were to")
                .register(registry);
        FunctionCounter.builder("segue.plan.changes", changes, ChangeStats::abortedCount)
                .tag("outcome", "aborted")
                .description("Changes that gave keys another authority, or were to")
                .register(registry);
        Gauge.builder("segue.plan.longest.hold.seconds", changes, stats -> stats.longestHoldUs() / 1e6)
                .description("The longest time for which a proxy held work for a change that was decided")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    /** Counts one REST reply. */
    public void restAnswered(int status) {
        registry.counter("segue.rest.requests", "status", Integer.toString(status))
                .increment();
    }

    /** All figures in the text format of Prometheus. */
    public String scrape() {
        movers.refresh();
        return registry.scrape();
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
