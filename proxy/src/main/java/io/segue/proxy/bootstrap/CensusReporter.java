package io.segue.proxy.bootstrap;

import io.segue.proxy.config.CensusNews;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.telemetry.CensusTotals;
import io.segue.proxy.telemetry.InterlayStats;
import io.segue.proxy.telemetry.LoopCensus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Says what the clients of each interlay used since it was last asked. Confined to the configuration thread. */
final class CensusReporter {
    private final Map<String, @Nullable Command[]> commands = new HashMap<>();
    private final Map<InterlayStats, CensusTotals> before = new WeakHashMap<>();

    CensusReporter(List<Protocol> protocols) {
        protocols.forEach(protocol -> commands.put(protocol.id(), byIndex(protocol.commands())));
    }

    private static @Nullable Command[] byIndex(Collection<Command> all) {
        @Nullable Command[] byIndex = new Command[LoopCensus.MOST_COMMANDS];
        all.forEach(command -> byIndex[command.index()] = command);
        return byIndex;
    }

    /** What was used since the last call; interlays that were not used are left out. */
    List<CensusNews> take(ProxySnapshot snapshot, List<InterlayStats> stats) {
        Map<String, String> kinds = new HashMap<>();
        for (InterlaySpec interlay : snapshot.interlays()) {
            kinds.put(interlay.id(), interlay.endpoint().kind());
        }
        List<CensusNews> news = new ArrayList<>();
        for (InterlayStats one : stats) {
            @Nullable Command[] its = commands.get(kinds.getOrDefault(one.interlay(), ""));
            if (its == null) {
                continue;
            }
            CensusTotals now = one.census();
            CensusTotals then = before.put(one, now);
            CensusNews used = since(one.interlay(), its, now, then == null ? CensusTotals.none() : then);
            if (!used.commands().isEmpty()) {
                news.add(used);
            }
        }
        return news;
    }

    private static CensusNews since(String interlay, @Nullable Command[] its, CensusTotals now, CensusTotals then) {
        List<CensusNews.Use> uses = new ArrayList<>();
        boolean apart = false;
        for (int i = 0; i < its.length; i++) {
            Command command = its[i];
            long calls = now.calls()[i] - then.calls()[i];
            if (command != null && calls > 0) {
                long aparts = now.apart()[i] - then.apart()[i];
                apart |= aparts > 0;
                uses.add(new CensusNews.Use(command.name(), calls, aparts, command.split() != Command.Split.NONE));
            }
        }
        now.unknown().forEach((name, count) -> {
            long calls = count - then.unknown().getOrDefault(name, 0L);
            if (calls > 0) {
                uses.add(new CensusNews.Use(name, calls, 0, false));
            }
        });
        LoopCensus.Example example = apart ? now.example() : null;
        return new CensusNews(
                interlay,
                uses,
                now.otherDatabases() - then.otherDatabases(),
                example == null ? null : new CensusNews.Example(example.command(), example.prefixes()));
    }
}
