package io.segue.proxy.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.BlueGreen;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.FeatureFlag;
import io.segue.core.strategy.Geographic;
import io.segue.core.strategy.RollingUpdate;
import io.segue.core.strategy.StranglerFig;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.TimeWindow;
import io.segue.core.strategy.WriteMode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A strategy on the page that shows what this proxy runs, in the words of the API. */
final class StrategyPage {
    private StrategyPage() {}

    static void write(ObjectNode node, Strategy strategy, Sampling sampling) {
        node.put("type", strategy.type());
        if (strategy instanceof BigBang bigBang) {
            node.put("durability", bigBang.durability());
        } else if (strategy instanceof Canary canary) {
            node.put("read_percentage", canary.readPercentage());
            writeMode(node, canary.writeMode());
        } else if (strategy instanceof BlueGreen blueGreen) {
            node.put("active_is_new", blueGreen.activeIsNew());
            writeMode(node, blueGreen.dualWrite());
        } else if (strategy instanceof RollingUpdate rolling) {
            new TreeSet<>(rolling.migratedInstances()).forEach(node.putArray("migrated_instances")::add);
            node.put("total_instances", rolling.totalInstances());
            writeMode(node, rolling.dualWrite());
        } else if (strategy instanceof StranglerFig fig) {
            flags(node.putObject("features"), fig.features());
            writeMode(node, fig.dualWrite());
        } else if (strategy instanceof FeatureFlag flag) {
            flags(node.putObject("flags"), flag.flags());
            node.put("rollout_percentage", flag.rolloutPercentage());
            writeMode(node, flag.dualWrite());
        } else if (strategy instanceof Geographic geographic) {
            flags(node.putObject("regions"), geographic.regions());
            writeMode(node, geographic.dualWrite());
        } else if (strategy instanceof TimeWindow window) {
            node.put("window_start", window.windowStart().toString())
                    .put("window_end", window.windowEnd().toString())
                    .put("executed", window.executed());
            writeMode(node, window.dualWrite());
        }
        if (sampling != Sampling.KEY) {
            node.put("sample_by", sampling.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void flags(ObjectNode node, Map<String, Boolean> flags) {
        new TreeMap<>(flags).forEach(node::put);
    }

    private static void writeMode(ObjectNode node, @Nullable WriteMode writeMode) {
        if (writeMode instanceof WriteMode.DualWrite dualWrite) {
            node.putObject("write_mode")
                    .put("mode", "dual_write")
                    .put("policy", dualWrite.policy().name().toLowerCase(Locale.ROOT));
        } else if (writeMode instanceof WriteMode.Cutover cutover) {
            node.putObject("write_mode").put("mode", "cutover").put("write_percentage", cutover.writePercentage());
        }
    }
}
