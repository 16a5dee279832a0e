package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares all that two stores hold, with plain commands by type: databases, keys in both directions, types, values, moments of expiry,
 * groups and pending entries of streams, function libraries. Nobody may write meanwhile, but keys may expire. Memory is bounded whatever the stores hold.
 * A type of a module is compared by its serialised form, which wants equal versions. Expiries of single hash fields are not looked at.
 */
public final class IndependentCompare {
    private static final String SCAN_COUNT = "500";
    private static final Pattern DATABASE = Pattern.compile("^db(\\d+):", Pattern.MULTILINE);

    private final Store one;
    private final Store other;
    private final Settings settings;

    private IndependentCompare(Store one, Store other, Settings settings) {
        this.one = one;
        this.other = other;
        this.settings = settings;
    }

    /**
     * How to compare.
     *
     * @param toleranceMs by how much the moments of expiry may differ, milliseconds, at least 0
     * @param most how many differences are listed, at least 1; the rest is counted, by a first look only
     * @param workers how many threads, each with a connection pair of its own, at least 1
     * @param functions whether to compare function libraries, where both servers have them
     * @param entriesRead whether to compare how many entries each group of a stream has read. Redis takes this for an estimate: its own
     *     replicas of 7.0 differ from their primary in it
     */
    public record Settings(long toleranceMs, int most, int workers, boolean functions, boolean entriesRead) {
        /** 5 ms, 100 differences, 2 threads, all that there is. */
        public static final Settings DEFAULT = new Settings(5, 100, 2, true, true);

        /** The same with another tolerance. */
        public Settings withTolerance(long milliseconds) {
            return new Settings(milliseconds, most, workers, functions, entriesRead);
        }

        /** The same without function libraries. */
        public Settings withoutFunctions() {
            return new Settings(toleranceMs, most, workers, false, entriesRead);
        }

        /** The same without the number of entries that groups of streams have read. */
        public Settings withoutEntriesRead() {
            return new Settings(toleranceMs, most, workers, functions, false);
        }

        /** Checks the ranges. */
        public Settings {
            if (toleranceMs < 0 || most < 1 || workers < 1) {
                throw new IllegalArgumentException("toleranceMs: " + toleranceMs + ", most: " + most + ", workers: "
                        + workers + " (expected: at least 0, 1 and 1)");
            }
        }
    }

    /** Compares with the default settings. */
    public static Comparison compare(Store one, Store other) throws IOException, InterruptedException {
        return compare(one, other, Settings.DEFAULT);
    }

    /**
     * Compares: {@code one} is what should be there, {@code other} what is.
     *
     * @throws IOException if a server cannot be asked, or refuses
     */
    public static Comparison compare(Store one, Store other, Settings settings)
            throws IOException, InterruptedException {
        return new IndependentCompare(one, other, settings).run();
    }

    private Comparison run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (Side here = new Side(one);
                Side there = new Side(other);
                CompareWorkers workers = new CompareWorkers(one, other, settings)) {
            Set<Integer> databases = databases(here);
            databases.addAll(databases(there));
            for (int db : databases) {
                workers.select(db);
                here.session().select(db);
                there.session().select(db);
                scan(here, page -> workers.compare(page, false));
                workers.awaitIdle();
                // The way back finds only what is extra: it asks the first store for mere existence.
                scan(there, page -> {
                    List<byte[]> unknown = absent(here, page);
                    if (!unknown.isEmpty()) {
                        workers.compare(unknown, true);
                    }
                });
                workers.awaitIdle();
            }
            if (settings.functions && here.isSeven() && there.isSeven()) {
                functions(here, there, workers);
            }
            return workers.result(Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private interface Pages {
        void take(List<byte[]> keys) throws IOException, InterruptedException;
    }

    private static void scan(Side side, Pages pages) throws IOException, InterruptedException {
        for (int node = 0; node < side.session().nodes(); node++) {
            RespClient client = side.session().client(node);
            String cursor = "0";
            do {
                Resp page = client.call("SCAN", cursor, "COUNT", SCAN_COUNT);
                if (page.isError()) {
                    throw new IOException("SCAN: " + page);
                }
                cursor = page.items().get(0).text();
                List<byte[]> keys = new ArrayList<>();
                for (Resp key : page.items().get(1).items()) {
                    // A node that has just given a slot away may still hold keys of it.
                    if (side.session().node(key.bytes()) == node) {
                        keys.add(key.bytes());
                    }
                }
                if (!keys.isEmpty()) {
                    pages.take(keys);
                }
            } while (!cursor.equals("0"));
        }
    }

    /** Those of {@code keys} that {@code side} does not have. */
    private static List<byte[]> absent(Side side, List<byte[]> keys) throws IOException {
        if (!side.isCluster()) {
            List<byte[]> words = new ArrayList<>(keys.size() + 1);
            words.add(ascii("EXISTS"));
            words.addAll(keys);
            if (side.session().client(0).call(words.toArray(byte[][]::new)).number() == keys.size()) {
                return List.of();
            }
        }
        for (byte[] key : keys) {
            side.send(key, ascii("EXISTS"), key);
        }
        side.flush();
        List<byte[]> absent = new ArrayList<>();
        for (byte[] key : keys) {
            if (side.read(key).number() == 0) {
                absent.add(key);
            }
        }
        return absent;
    }

    private static Set<Integer> databases(Side side) throws IOException {
        Set<Integer> found = new TreeSet<>();
        if (side.isCluster()) {
            found.add(0);
            return found;
        }
        Matcher lines = DATABASE.matcher(
                side.session().client(0).call("INFO", "keyspace").text());
        while (lines.find()) {
            found.add(Integer.valueOf(lines.group(1)));
        }
        return found;
    }

    private static void functions(Side here, Side there, CompareWorkers workers) throws IOException {
        Map<String, Resp> ours = libraries(here, 0);
        for (int node = 0; node < there.session().nodes(); node++) {
            Map<String, Resp> theirs = libraries(there, node);
            TreeSet<String> names = new TreeSet<>(ours.keySet());
            names.addAll(theirs.keySet());
            for (String name : names) {
                String code = Values.brief(ours.get(name));
                String codeThere = Values.brief(theirs.get(name));
                if (!ours.containsKey(name) || !ours.get(name).equals(theirs.get(name))) {
                    workers.found(List.of(
                            new Difference(Difference.Kind.FUNCTION, 0, ascii(name), code + " <> " + codeThere)));
                }
            }
        }
    }

    private static Map<String, Resp> libraries(Side side, int node) throws IOException {
        Map<String, Resp> libraries = new TreeMap<>();
        Resp list = side.session().client(node).call("FUNCTION", "LIST", "WITHCODE");
        for (Resp library : list.items()) {
            Map<String, Resp> fields = StreamState.fields(library);
            Resp name = fields.get("library_name");
            Resp code = fields.get("library_code");
            if (name == null || code == null) {
                throw new IOException("FUNCTION LIST: " + library + " (expected: library_name and library_code)");
            }
            libraries.put(name.text(), code);
        }
        return libraries;
    }
}
