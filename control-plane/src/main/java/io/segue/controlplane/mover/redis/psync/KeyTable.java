package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules for all commands of a source, made of what it says itself in reply to COMMAND; so commands of modules and of later versions are
 * known. Immutable.
 */
final class KeyTable {
    private static final int NAME = 0;
    private static final int FLAGS = 2;
    private static final int FIRST = 3;
    private static final int LAST = 4;
    private static final int STEP = 5;
    private static final int BELOW = 9;

    private final Map<String, KeyRule> rules = new HashMap<>();

    private KeyTable() {}

    /**
     * Makes the table.
     *
     * @param reply to COMMAND
     * @throws IOException it is not such a reply
     */
    static KeyTable of(@Nullable Object reply) throws IOException {
        KeyTable table = new KeyTable();
        for (Object entry : list(reply)) {
            List<?> command = list(entry);
            table.rules.put(name(command), rule(command));
        }
        if (table.rules.isEmpty()) {
            throw new IOException("COMMAND names no commands");
        }
        table.rules.putAll(OddCommands.rules());
        return table;
    }

    /** The rule of a command, its name in capitals; null: unknown. */
    @Nullable
    KeyRule rule(String name) {
        return rules.get(name);
    }

    private static KeyRule rule(List<?> command) throws IOException {
        String name = name(command);
        if (command.size() > BELOW && !list(command.get(BELOW)).isEmpty()) {
            Map<String, KeyRule> below = new HashMap<>();
            for (Object entry : list(command.get(BELOW))) {
                List<?> subcommand = list(entry);
                String full = name(subcommand);
                below.put(full.substring(full.indexOf('|') + 1), rule(subcommand));
            }
            return new KeyRule.Container(Map.copyOf(below));
        }
        boolean writes = flag(command, "write");
        int first = number(command, FIRST);
        if (flag(command, "movablekeys")) {
            // Its keys are where only its own rules say; those of Redis are among the odd commands.
            return writes ? new KeyRule.Everything(name + ": where its keys are is not known") : KeyRule.NONE;
        }
        if (first > 0) {
            // Also of commands that only read: PFCOUNT is replicated, because it stores what it has counted.
            return new KeyRule.Range(first, number(command, LAST), Math.max(1, number(command, STEP)));
        }
        return writes ? new KeyRule.Everything(name + ": names no keys") : KeyRule.NONE;
    }

    private static boolean flag(List<?> command, String flag) throws IOException {
        for (Object entry : list(at(command, FLAGS))) {
            if (flag.equals(text(entry))) {
                return true;
            }
        }
        return false;
    }

    private static String name(List<?> command) throws IOException {
        return text(at(command, NAME)).toUpperCase(Locale.ROOT);
    }

    private static int number(List<?> command, int index) throws IOException {
        if (at(command, index) instanceof Long number && number >= -1_000_000 && number <= 1_000_000) {
            return number.intValue();
        }
        throw strange();
    }

    private static @Nullable Object at(List<?> command, int index) throws IOException {
        if (index >= command.size()) {
            throw strange();
        }
        return command.get(index);
    }

    private static String text(@Nullable Object value) throws IOException {
        if (value instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        throw strange();
    }

    private static List<?> list(@Nullable Object value) throws IOException {
        if (value instanceof List<?> list) {
            return list;
        }
        throw strange();
    }

    private static IOException strange() {
        return new IOException("the reply to COMMAND is not a list of commands");
    }
}
