package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Access;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Command.Handling;
import io.segue.proxy.protocol.Command.KeySpec;
import io.segue.proxy.protocol.Command.ReplyNature;
import io.segue.proxy.protocol.Command.Split;
import io.segue.proxy.protocol.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The command table, {@code commands.tsv}. Immutable, thread-safe; load it once and share it. */
public final class RedisCommands {
    private static final String RESOURCE = "commands.tsv";
    private static final int COLUMNS = 8;

    private final Map<String, Command> byName;
    private final CommandIndex index;

    private RedisCommands(Map<String, Command> byName) {
        this.byName = Collections.unmodifiableMap(byName);
        index = index(byName);
    }

    /**
     * Reads the table.
     *
     * @throws IllegalStateException a row is wrong; the message names it
     */
    public static RedisCommands load() {
        InputStream resource = RedisCommands.class.getResourceAsStream(RESOURCE);
        if (resource == null) {
            throw new IllegalStateException(RESOURCE + ": not on the class path");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            Map<String, Command> byName = new TreeMap<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("#") || line.isEmpty()) {
                    continue;
                }
                Command command = row(line, byName.size() + 1);
                if (byName.put(command.name(), command) != null) {
                    throw new IllegalStateException(RESOURCE + ": " + command.name() + " (expected: one row)");
                }
            }
            return new RedisCommands(byName);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    /**
     * The command whose name is in {@code in[start, start + length)}, in upper or lower case; {@link Command#UNKNOWN} if there is
     * none. Does not look at subcommands.
     */
    public Command find(ByteBuf in, int start, int length) {
        CommandIndex.Entry entry = index.find(in, start, length);
        return entry == null ? Command.UNKNOWN : entry.command();
    }

    /**
     * The command or subcommand of a request whose arguments are known and whose frame starts at {@code start} in {@code in};
     * the container, if the table does not have the subcommand; {@link Command#UNKNOWN}, if it does not have the command.
     */
    public Command find(Request request, ByteBuf in, int start) {
        if (request.argCount() == 0) {
            return Command.UNKNOWN;
        }
        CommandIndex.Entry entry = index.find(in, start + request.argStart(0), request.argLength(0));
        if (entry == null) {
            return Command.UNKNOWN;
        }
        CommandIndex subcommands = entry.subcommands();
        if (subcommands == null || request.argCount() == 1) {
            return entry.command();
        }
        CommandIndex.Entry sub = subcommands.find(in, start + request.argStart(1), request.argLength(1));
        return sub == null ? entry.command() : sub.command();
    }

    /** The command of that name, in any case, a subcommand after one space: {@code "OBJECT ENCODING"}; {@link Command#UNKNOWN} if none. */
    public Command byName(String name) {
        return byName.getOrDefault(name.toUpperCase(Locale.ROOT), Command.UNKNOWN);
    }

    /** All rows, by name. */
    public Collection<Command> all() {
        return byName.values();
    }

    /**
     * Whether a request may make its connection wait: the blocking commands, and XREAD and XREADGROUP when they are given BLOCK.
     *
     * @param in holds the request's frame from {@code start} on
     */
    public static boolean blocks(Request request, ByteBuf in, int start) {
        Command command = request.command();
        return switch (command.name()) {
            case "XREAD", "XREADGROUP" -> Args.hasBlock(request, in, start);
            default -> command.handling() == Handling.BLOCKING;
        };
    }

    private static CommandIndex index(Map<String, Command> byName) {
        Map<String, Map<String, CommandIndex.Entry>> subcommands = new HashMap<>();
        List<Command> tops = new ArrayList<>();
        for (Command command : byName.values()) {
            int space = command.name().indexOf(' ');
            if (space < 0) {
                tops.add(command);
                continue;
            }
            subcommands
                    .computeIfAbsent(command.name().substring(0, space), container -> new HashMap<>())
                    .put(command.name().substring(space + 1), new CommandIndex.Entry(command, null));
        }
        Map<String, CommandIndex.Entry> entries = new HashMap<>();
        for (Command top : tops) {
            Map<String, CommandIndex.Entry> below = subcommands.remove(top.name());
            @Nullable CommandIndex belowIndex = below == null ? null : new CommandIndex(below);
            entries.put(top.name(), new CommandIndex.Entry(top, belowIndex));
        }
        if (!subcommands.isEmpty()) {
            throw new IllegalStateException(
                    RESOURCE + ": " + subcommands.keySet() + " (expected: a row for the container)");
        }
        return new CommandIndex(entries);
    }

    private static Command row(String line, int index) {
        String[] fields = line.split("\t", -1);
        if (fields.length != COLUMNS) {
            throw new IllegalStateException(RESOURCE + ": " + line + " (expected: " + COLUMNS + " columns)");
        }
        try {
            boolean more = fields[3].endsWith("+");
            return new Command(
                    fields[0],
                    Access.valueOf(fields[1]),
                    Handling.valueOf(fields[2]),
                    Integer.parseInt(more ? fields[3].substring(0, fields[3].length() - 1) : fields[3]),
                    !more,
                    keys(fields[4]),
                    EffectRule.valueOf(fields[5]),
                    ReplyNature.valueOf(fields[6]),
                    Split.valueOf(fields[7]),
                    index);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(RESOURCE + ": " + line, e);
        }
    }

    private static KeySpec keys(String field) {
        if (field.equals("-")) {
            return KeySpec.NONE;
        }
        if (field.equals("1,1,1,0")) {
            return KeySpec.FIRST_ARGUMENT;
        }
        String[] numbers = field.split(",", -1);
        if (numbers.length != 4) {
            throw new IllegalArgumentException("keys: " + field + " (expected: first,last,step,countAt)");
        }
        return new KeySpec(
                Integer.parseInt(numbers[0]),
                Integer.parseInt(numbers[1]),
                Integer.parseInt(numbers[2]),
                Integer.parseInt(numbers[3]));
    }
}
