package io.segue.controlplane.mover.redis.psync;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The commands whose changed keys the source's own table does not tell, or not exactly. */
final class OddCommands {
    private OddCommands() {}

    /** Rules by name in capitals. */
    static Map<String, KeyRule> rules() {
        Map<String, KeyRule> rules = new HashMap<>();
        for (String name : List.of(
                "PING", "MULTI", "EXEC", "DISCARD", "REPLCONF", "PUBLISH", "SPUBLISH", "SCRIPT", "ECHO", "TIME")) {
            rules.put(name, KeyRule.NONE);
        }
        KeyRule first = new KeyRule.Range(1, 1, 1);
        for (String name : List.of(
                "SINTERSTORE",
                "SUNIONSTORE",
                "SDIFFSTORE",
                "ZINTERSTORE",
                "ZUNIONSTORE",
                "ZDIFFSTORE",
                "ZRANGESTORE",
                "GEOSEARCHSTORE",
                "PFMERGE")) {
            rules.put(name, first);
        }
        rules.put("BITOP", new KeyRule.Range(2, 2, 1));
        for (String name : List.of("FLUSHALL", "FLUSHDB", "SWAPDB")) {
            rules.put(name, new KeyRule.Everything(name));
        }
        for (String name : List.of("EVAL", "EVALSHA", "FCALL")) {
            // Only what it declares could be known. Effects travel one by one unless an old source was told otherwise.
            rules.put(name, new KeyRule.Everything(name + ": the source replicates whole scripts"));
        }
        for (String name : List.of("LMPOP", "ZMPOP", "SINTERCARD")) {
            rules.put(name, counted(1));
        }
        for (String name : List.of("BLMPOP", "BZMPOP")) {
            rules.put(name, counted(2));
        }
        rules.put("SELECT", new KeyRule.Whole((arguments, db, sink) -> database(arguments.get(1))));
        rules.put("FUNCTION", new KeyRule.Whole((arguments, db, sink) -> {
            sink.functions();
            return db;
        }));
        rules.put("MOVE", new KeyRule.Whole(OddCommands::move));
        rules.put("COPY", new KeyRule.Whole(OddCommands::copy));
        rules.put("SORT", new KeyRule.Whole(OddCommands::sort));
        rules.put("GEORADIUS", new KeyRule.Whole((arguments, db, sink) -> geo(arguments, 6, db, sink)));
        rules.put("GEORADIUSBYMEMBER", new KeyRule.Whole((arguments, db, sink) -> geo(arguments, 5, db, sink)));
        rules.put("XREADGROUP", new KeyRule.Whole(OddCommands::streams));
        rules.put("MIGRATE", new KeyRule.Whole(OddCommands::migrate));
        return rules;
    }

    private static int database(byte[] number) {
        int db = Integer.parseInt(new String(number, StandardCharsets.US_ASCII));
        if (db < 0) {
            throw new NumberFormatException("a database below 0");
        }
        return db;
    }

    /** The argument at {@code countAt} says how many keys follow. */
    private static KeyRule counted(int countAt) {
        return new KeyRule.Whole((arguments, db, sink) -> {
            int count = Integer.parseInt(text(arguments, countAt));
            for (byte[] key : arguments.subList(countAt + 1, countAt + 1 + count)) {
                sink.change(db, key);
            }
            return db;
        });
    }

    private static int move(List<byte[]> arguments, int db, ChangeSink sink) {
        sink.change(db, arguments.get(1));
        sink.change(database(arguments.get(2)), arguments.get(1));
        return db;
    }

    private static int copy(List<byte[]> arguments, int db, ChangeSink sink) {
        int to = db;
        for (int i = 3; i < arguments.size(); i++) {
            if (text(arguments, i).equals("DB")) {
                i++;
                to = database(arguments.get(i));
            }
        }
        sink.change(to, arguments.get(2));
        return db;
    }

    /** The last STORE counts; BY, GET and LIMIT have arguments that may look like it. */
    private static int sort(List<byte[]> arguments, int db, ChangeSink sink) {
        int store = 0;
        int i = 2;
        while (i < arguments.size()) {
            switch (text(arguments, i)) {
                case "LIMIT" -> i += 3;
                case "BY", "GET" -> i += 2;
                case "STORE" -> {
                    store = i + 1;
                    i += 2;
                }
                default -> i++;
            }
        }
        if (store > 0) {
            sink.change(db, arguments.get(store));
        }
        return db;
    }

    private static int geo(List<byte[]> arguments, int options, int db, ChangeSink sink) {
        int store = 0;
        for (int i = options; i < arguments.size(); i++) {
            String word = text(arguments, i);
            if (word.equals("STORE") || word.equals("STOREDIST")) {
                i++;
                store = i;
            }
        }
        if (store > 0) {
            sink.change(db, arguments.get(store));
        }
        return db;
    }

    /** After STREAMS come the keys, and then as many ids. GROUP comes first, and its names may look like anything. */
    private static int streams(List<byte[]> arguments, int db, ChangeSink sink) {
        int at = 4;
        while (!text(arguments, at).equals("STREAMS")) {
            at++;
        }
        int keys = (arguments.size() - at - 1) / 2;
        for (byte[] key : arguments.subList(at + 1, at + 1 + keys)) {
            sink.change(db, key);
        }
        return db;
    }

    /** An empty key means that the keys come last, after the word KEYS. */
    private static int migrate(List<byte[]> arguments, int db, ChangeSink sink) {
        if (arguments.get(3).length > 0) {
            sink.change(db, arguments.get(3));
            return db;
        }
        int at = 6;
        while (!text(arguments, at).equals("KEYS")) {
            switch (text(arguments, at)) {
                case "AUTH" -> at += 2;
                case "AUTH2" -> at += 3;
                default -> at++;
            }
        }
        for (byte[] key : arguments.subList(at + 1, arguments.size())) {
            sink.change(db, key);
        }
        return db;
    }

    private static String text(List<byte[]> arguments, int index) {
        return new String(arguments.get(index), StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    }
}
