package io.segue.controlplane.service;

import static io.segue.controlplane.service.Findings.add;
import static io.segue.controlplane.service.Findings.blocker;
import static io.segue.controlplane.service.Findings.warning;

import io.segue.controlplane.preflight.ServerFacts;
import io.segue.proto.v1.Census;
import io.segue.proto.v1.CommandUse;
import io.segue.proto.v1.Finding;
import io.segue.proto.v1.TestMigrationReply;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What the traffic that was seen says about a migration: commands that NEW does not have, keys that would not stay together. */
final class Evidence {
    private static final int SHOWN = 10;

    private final Census census;
    private final TestMigrationReply.Builder reply;

    Evidence(Census census, TestMigrationReply.Builder reply) {
        this.census = census;
        this.reply = reply;
    }

    /**
     * Looks at one interlay.
     *
     * @param before what OLD says of itself; empty if it did not answer
     * @param after the same of NEW
     * @param routing what the strategy does; empty if it cannot be run
     * @param byKey whether keys may be split between the sides, now or as the strategy goes on
     */
    void look(Optional<ServerFacts> before, Optional<ServerFacts> after, Optional<Routing> routing, boolean byKey) {
        after.ifPresent(to -> {
            commands(before, to);
            if (to.cluster()) {
                cluster(routing.map(Routing::touchesNew).orElse(true));
            }
        });
        if (routing.isPresent() && routing.get().dualWrites()) {
            scripts();
        }
        if (byKey) {
            apart();
        }
    }

    /** A command that OLD does not have either breaks nothing. */
    private void commands(Optional<ServerFacts> before, ServerFacts after) {
        if (after.commands().isEmpty()) {
            return;
        }
        Set<String> there = after.commands();
        Set<String> here = before.map(ServerFacts::commands).orElse(Set.of());
        Predicate<CommandUse> missing = use -> {
            String name = use.getCommand().split(" ", 2)[0].toLowerCase(Locale.ROOT);
            return !there.contains(name) && here.contains(name);
        };
        if (census.getCommandsList().stream().anyMatch(missing)) {
            blocker(
                    reply,
                    "commands_missing",
                    "NEW (" + after.version() + ") does not have commands that clients of " + census.getInterlay()
                            + " use: " + list(missing, CommandUse::getCalls),
                    "use a server that has them, or change the application");
        }
    }

    private void cluster(boolean served) {
        Predicate<CommandUse> apart = use -> use.getApart() > 0;
        if (census.getCommandsList().stream().anyMatch(apart)) {
            add(
                    reply,
                    served ? Finding.Severity.BLOCKER : Finding.Severity.WARNING,
                    "cross_slot",
                    "NEW is a cluster, which refuses requests whose keys are in different slots, and clients of "
                            + census.getInterlay() + " make such requests: " + list(apart, CommandUse::getApart)
                            + example(),
                    "give the keys of such a request one hash tag, such as {user1}:a and {user1}:b");
        }
        if (census.getOtherDatabases() > 0) {
            add(
                    reply,
                    served ? Finding.Severity.BLOCKER : Finding.Severity.WARNING,
                    "other_databases",
                    "NEW is a cluster, which has database 0 only, and clients of " + census.getInterlay() + " made "
                            + census.getOtherDatabases() + " requests in other databases",
                    "move those keys to database 0, or use a server that is no cluster");
        }
        long transactions = Usage.calls(census, "MULTI"::equals);
        if (transactions > 0) {
            warning(
                    reply,
                    "cluster_transactions",
                    "NEW is a cluster, where all keys of a transaction must be in one slot; clients of "
                            + census.getInterlay() + " made " + transactions + " transactions",
                    "give the keys of a transaction one hash tag");
        }
    }

    private void scripts() {
        long scripts = Usage.scripts(census);
        if (scripts > 0) {
            warning(
                    reply,
                    "scripts_recopied",
                    "clients of " + census.getInterlay() + " called scripts " + scripts
                            + " times: what a script does cannot be carried over as it happens, so the keys that it"
                            + " declares are copied to NEW after each call, and keys that it does not declare are found"
                            + " by the change feed only",
                    "nothing, if that load is acceptable; else replace frequent scripts by commands");
        }
    }

    private void apart() {
        long indivisible = Usage.indivisible(census);
        if (indivisible > 0) {
            warning(
                    reply,
                    "cross_side",
                    "while some keys are on NEW and others on OLD, requests over several keys that no proxy can divide"
                            + " are refused (CROSSSIDE) if their keys are apart; clients of " + census.getInterlay()
                            + " made " + indivisible + " such requests: "
                            + list(use -> use.getApart() > 0 && !use.getDivisible(), CommandUse::getApart) + example(),
                    "give the keys of such a request one hash tag, or move all keys in one step");
        }
        long transactions = Usage.calls(census, "MULTI"::equals);
        if (transactions > 0) {
            warning(
                    reply,
                    "cross_side_transactions",
                    "clients of " + census.getInterlay() + " made " + transactions
                            + " transactions: each works on one side, and is refused if its keys are on both",
                    "give the keys of a transaction one hash tag, or move all keys in one step");
        }
    }

    private String list(Predicate<CommandUse> which, ToLongFunction<CommandUse> count) {
        long more = census.getCommandsList().stream().filter(which).count() - SHOWN;
        return census.getCommandsList().stream()
                        .filter(which)
                        .limit(SHOWN)
                        .map(use -> use.getCommand() + " (" + count.applyAsLong(use) + ")")
                        .collect(Collectors.joining(", "))
                + (more > 0 ? " and " + more + " more" : "");
    }

    /** Of keys only what stands before the first ':'. */
    private String example() {
        if (!census.hasExample()) {
            return "";
        }
        return "; for example " + census.getExample().getCommand() + " of "
                + census.getExample().getPrefixesList().stream()
                        .map(prefix -> prefix.isEmpty() ? "a key without prefix" : prefix + ":…")
                        .collect(Collectors.joining(" and "));
    }
}
