package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import io.segue.loadtest.redis.StoreSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One client of {@link Writers}. */
final class Writer implements Runnable {
    /** Number of the client that only waits for what others push. */
    static final int BLOCKER = -1;

    private static final long RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int HOT_KEYS = 10;
    private static final int MOST_PIPELINED = 16;
    private static final int IDS = 64;
    private static final List<List<String>> BLOCKING = List.of(
            List.of("BLPOP", "{queue}:1", "0.2"),
            List.of("BRPOP", "{queue}:1", "0.2"),
            List.of("BLMOVE", "{queue}:1", "{queue}:moved", "LEFT", "RIGHT", "0.2"),
            List.of("BZPOPMIN", "{queue}:sorted", "0.2"));
    private static final List<String> GROUP = List.of("XGROUP", "CREATE", "$k", "readers", "0", "MKSTREAM");
    private static final List<List<String>> FEEDING = List.of(
            List.of("RPUSH", "{queue}:1", "$v"),
            List.of("ZADD", "{queue}:sorted", "$n", "$m"),
            List.of("LTRIM", "{queue}:moved", "0", "20"));

    private final Store store;
    private final Writers.Settings settings;
    private final int number;
    private final Writers.Tally tally;
    private final SplittableRandom random;
    private final int database;
    private final List<List<String>> any = WriterCommands.any();
    private final Map<MixedKeys.Kind, List<List<String>>> byKind = WriterCommands.byKind();
    private final List<List<List<String>>> transactions = WriterCommands.transactions();
    private final List<List<String>> scripts;
    private final Map<Long, byte[]> ids = new LinkedHashMap<>();
    private @Nullable Target withoutGroup;
    private volatile boolean stopped;
    private volatile @Nullable StoreSession session;

    Writer(Store store, Writers.Settings settings, int number, Writers.Tally tally) {
        this.store = store;
        this.settings = settings;
        this.number = number;
        this.tally = tally;
        this.random = new SplittableRandom(settings.seed() * 1_000_003 + number);
        int databases = settings.keys().databases();
        this.database = databases > 1 && number % 5 == 4 ? 1 + number / 5 % (databases - 1) : 0;
        this.scripts = WriterCommands.scripts(settings.undeclared() && !store.isCluster());
    }

    /** Ends it after the command it is in. Any thread. */
    void stop() {
        stopped = true;
    }

    /** Ends it at once. Any thread. */
    void abort() {
        stopped = true;
        StoreSession current = session;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void run() {
        while (!stopped) {
            try (StoreSession opened = store.open()) {
                session = opened;
                if (database > 0) {
                    opened.select(database);
                }
                work(opened);
            } catch (IOException | IllegalStateException e) {
                // What a proxy or server that is going away says in the middle of a reply counts as a lost connection
                // too.
                if (!stopped) {
                    tally.lost("connection: " + e.getClass().getSimpleName());
                    LockSupport.parkNanos(RECONNECT_NANOS);
                }
            }
        }
    }

    private void work(StoreSession opened) throws IOException {
        long interval = settings.rate() > 0 ? (long) (1e9 / settings.rate()) : 0;
        long next = System.nanoTime();
        while (!stopped) {
            int sent = number == BLOCKER ? blocked(opened) : step(opened);
            next += interval * sent;
            long now = System.nanoTime();
            while (interval > 0 && now < next && !stopped) {
                LockSupport.parkNanos(Math.min(next - now, TimeUnit.MILLISECONDS.toNanos(50)));
                now = System.nanoTime();
            }
            // Who was held up does not make up for it with a burst.
            next = Math.max(next, now - TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private int blocked(StoreSession opened) throws IOException {
        List<String> command = BLOCKING.get(random.nextInt(BLOCKING.size()));
        one(opened, new Target(0, ascii(command.get(1)), ascii(command.get(1))), command);
        return 0;
    }

    /** The key that a command is about, and the other one. */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    private record Target(long number, byte[] key, byte[] other) {}

    /** Sends one command, or some that belong together; returns how many. */
    private int step(StoreSession opened) throws IOException {
        Target missing = withoutGroup;
        if (missing != null) {
            withoutGroup = null;
            return one(opened, missing, GROUP);
        }
        int what = random.nextInt(1000);
        if (what < 50) {
            return transaction(opened, target(), transactions.get(random.nextInt(transactions.size())));
        } else if (what < 90) {
            return one(opened, target(), scripts.get(random.nextInt(scripts.size())));
        } else if (what < 110) {
            List<String> feed = FEEDING.get(random.nextInt(FEEDING.size()));
            return database > 0 ? 0 : one(opened, new Target(0, ascii(feed.get(1)), ascii(feed.get(1))), feed);
        } else if (what < 150 && !store.isCluster()) {
            return pipeline(opened, 2 + random.nextInt(MOST_PIPELINED - 1));
        } else if (what == 150 && settings.flushes() && !store.isCluster()) {
            return databases(opened);
        }
        Target target = target();
        return one(opened, target, template(target));
    }

    private List<String> template(Target target) {
        List<List<String>> templates = random.nextInt(4) == 0
                ? any
                : byKind.getOrDefault(settings.keys().kind(target.number), any);
        return templates.get(random.nextInt(templates.size()));
    }

    private Target target() {
        // A twentieth more than there are at first, so that new keys come up.
        long bound = settings.count() + settings.count() / 20 + 1;
        long index = random.nextDouble() < settings.hot() ? random.nextInt(HOT_KEYS) : random.nextLong(bound);
        long chosen = settings.keys().numberIn(database, index, bound);
        byte[] key = settings.keys().name(chosen);
        byte[] other = MixedKeys.sibling(key);
        if (!store.isCluster() && random.nextInt(4) == 0) {
            other = settings.keys().name(settings.keys().numberIn(database, random.nextLong(bound), bound));
        }
        return new Target(chosen, key, other == null ? key : other);
    }

    private int one(StoreSession opened, Target target, List<String> template) throws IOException {
        byte[][] command = fill(target, template);
        take(target, template.get(0), opened.call(target.key, command));
        return 1;
    }

    private int pipeline(StoreSession opened, int count) throws IOException {
        RespClient client = opened.client(0);
        List<Target> targets = new ArrayList<>(count);
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Target target = target();
            List<String> template = template(target);
            client.send(fill(target, template));
            targets.add(target);
            names.add(template.get(0));
        }
        client.flush();
        for (int i = 0; i < count; i++) {
            take(targets.get(i), names.get(i), client.read());
        }
        return count;
    }

    private int transaction(StoreSession opened, Target target, List<List<String>> templates) throws IOException {
        RespClient client = opened.client(target.key);
        client.send("MULTI");
        for (List<String> template : templates) {
            client.send(fill(target, template));
        }
        client.send("EXEC");
        client.flush();
        for (int i = 0; i <= templates.size(); i++) {
            client.read();
        }
        take(target, "EXEC", client.read());
        return templates.size();
    }

    /** Flushes or swaps the two databases after those of the keys, in which nothing else happens. */
    private int databases(StoreSession opened) throws IOException {
        RespClient client = opened.client(0);
        String first = Integer.toString(settings.keys().databases());
        String second = Integer.toString(settings.keys().databases() + 1);
        List<String[]> commands = new ArrayList<>();
        commands.add(new String[] {"SELECT", random.nextBoolean() ? first : second});
        for (int i = random.nextInt(5); i > 0; i--) {
            commands.add(new String[] {"SET", "scratch:" + random.nextInt(20), "v" + random.nextInt(1000)});
        }
        commands.add(
                switch (random.nextInt(3)) {
                    case 0 -> new String[] {"FLUSHDB"};
                    case 1 -> new String[] {"SWAPDB", first, second};
                    default -> new String[] {"RPUSH", "scratch:list", "v"};
                });
        for (String[] command : commands) {
            count(command[0], client.call(command));
        }
        // The work goes on in the right database, or on a new connection.
        opened.select(database);
        return commands.size();
    }

    private void take(Target target, String command, Resp reply) {
        count(command, reply);
        if (reply instanceof Resp.Failure failure && failure.text().startsWith("NOGROUP")) {
            withoutGroup = target;
        } else if (command.equals("XADD") && reply instanceof Resp.Bulk id) {
            remember(target, id.bytes());
        } else if (command.equals("XREADGROUP") && reply instanceof Resp.Aggregate streams) {
            List<Resp> entries = streams.items().get(0).items().get(1).items();
            if (!entries.isEmpty()) {
                remember(target, entries.get(0).items().get(0).bytes());
            }
        }
    }

    private void count(String command, Resp reply) {
        if (reply instanceof Resp.Failure failure) {
            tally.failed(failure.text());
        } else {
            tally.done(command);
        }
    }

    private void remember(Target target, byte[] id) {
        ids.put(target.number, id);
        if (ids.size() > IDS) {
            ids.remove(ids.keySet().iterator().next());
        }
    }

    private byte[][] fill(Target target, List<String> template) {
        byte[][] words = new byte[template.size()][];
        for (int i = 0; i < words.length; i++) {
            String word = template.get(i);
            words[i] = word.length() == 2 && word.charAt(0) == '$' ? fill(target, word.charAt(1)) : ascii(word);
        }
        return words;
    }

    private byte[] fill(Target target, char what) {
        return switch (what) {
            case 'k' -> target.key;
            case 'o' -> target.other;
            case 'v' -> value();
            case 'm' -> ascii("member-" + random.nextInt(40));
            case 'n' -> ascii(Integer.toString(random.nextInt(100)));
            case 'f' -> ascii(random.nextInt(1000) + "." + random.nextInt(1000));
            case 's' -> ascii(Long.toString(shortMs()));
            case 'l' -> ascii(Long.toString(longMs()));
            case 'S' -> ascii(Long.toString(System.currentTimeMillis() + shortMs()));
            case 'L' -> ascii(Long.toString(System.currentTimeMillis() + longMs()));
            case 'i' -> ids.getOrDefault(target.number, ascii("1600000000000-1"));
            case 'c' -> ascii(List.of("anna", "bert", "carl").get(random.nextInt(3)));
            default -> throw new IllegalArgumentException("$" + what + " in a template (expected: see WriterCommands)");
        };
    }

    private long shortMs() {
        return 20L + random.nextInt(1_500);
    }

    private long longMs() {
        return 60_000L + random.nextInt(3_600_000);
    }

    private byte[] value() {
        return random.nextInt(10) == 0
                ? MixedValues.noise(random, 1 + random.nextInt(800))
                : ascii("w" + number + "-" + random.nextInt(1_000_000));
    }
}
