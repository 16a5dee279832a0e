package io.segue.controlplane.service;

import io.segue.proto.v1.Census;
import io.segue.proto.v1.CommandUse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What a census says about the features that a migration has to do with. */
public final class Usage {
    private static final Set<String> SCRIPTS = Set.of("EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO");
    private static final Set<String> BLOCKING = Set.of(
            "BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WAITAOF");
    private static final Set<String> PUBSUB = Set.of("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "PUBLISH", "SPUBLISH");

    private Usage() {}

    /** How often each feature was used; all features, in a fixed order. */
    public static Map<String, Long> features(Census census) {
        Map<String, Long> features = new LinkedHashMap<>();
        features.put("transactions", calls(census, "MULTI"::equals));
        features.put("watch", calls(census, "WATCH"::equals));
        features.put("blocking", calls(census, BLOCKING::contains));
        features.put("pubsub", calls(census, PUBSUB::contains));
        features.put("scripts", scripts(census));
        features.put("client_tracking", calls(census, "CLIENT TRACKING"::equals));
        features.put("monitor", calls(census, "MONITOR"::equals));
        features.put("other_databases", census.getOtherDatabases());
        features.put(
                "keys_apart",
                census.getCommandsList().stream()
                        .mapToLong(CommandUse::getApart)
                        .sum());
        return features;
    }

    /** Calls of scripts and functions. */
    static long scripts(Census census) {
        return calls(census, SCRIPTS::contains);
    }

    static long calls(Census census, Predicate<String> command) {
        return census.getCommandsList().stream()
                .filter(use -> command.test(use.getCommand()))
                .mapToLong(CommandUse::getCalls)
                .sum();
    }

    /** Calls whose keys do not share a hash tag and that no proxy can divide. */
    static long indivisible(Census census) {
        return census.getCommandsList().stream()
                .filter(use -> !use.getDivisible())
                .mapToLong(CommandUse::getApart)
                .sum();
    }
}
