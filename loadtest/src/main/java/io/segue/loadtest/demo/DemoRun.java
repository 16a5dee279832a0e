package io.segue.loadtest.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.fleet.Fleet;
import io.segue.loadtest.fleet.MigrationStage;
import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.LoadSettings;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One run of the demo over a fleet that has just been started: seeds, loads, migrates, checks. For one thread. */
final class DemoRun {
    private static final int MAX_IN_FLIGHT = 20_000;
    private static final Duration FRAME = Duration.ofMillis(200);
    /** Until the JVMs have compiled what they do most; not shown. */
    private static final Duration WARM_UP = Duration.ofSeconds(2);

    private static final Duration IN_STEP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration COPY_TIMEOUT = Duration.ofSeconds(60);

    /** Below the budget after which OLD is asked instead. */
    private static final Duration SLOW = Duration.ofMillis(20);

    private static final Duration SLOW_FOR = Duration.ofSeconds(1);

    private final Fleet fleet;
    /** What Segue reaches NEW through. It is a part of this process and ends with it. */
    private final FaultProxy newLink;

    private final DemoSettings settings;
    private final LiveView view;
    private final RestClient rest;
    private final List<Stage> stages = Stage.all();
    private final Destinations destinations = new Destinations(stages.get(0));
    private final Checker checker = new Checker();
    private final List<TrackedKey> keys;
    private final List<Progress> done = new ArrayList<>();

    DemoRun(Fleet fleet, DemoSettings settings, LiveView view) {
        this.fleet = fleet;
        this.newLink = FaultProxy.start(fleet.newServer().port());
        this.settings = settings;
        this.view = view;
        this.rest = fleet.controlPlane().rest();
        this.keys = Keyspace.create(settings.keys(), settings.proxies());
    }

    /** What went wrong first, one line each, for a report that is not a success. */
    List<String> samples() {
        return checker.samples();
    }

    /** Does it all. */
    Report run() throws IOException, InterruptedException {
        try (RespClient oldServer = fleet.oldServer().connect();
                RespClient newServer = fleet.newServer().connect()) {
            Keyspace.seed(keys, oldServer);
            view.say(String.format(
                    Locale.ROOT,
                    "OLD: redis-server %s on port %d, seeded with %,d keys. NEW: port %d, empty.",
                    fleet.oldServer().version(),
                    fleet.oldServer().port(),
                    keys.size(),
                    fleet.newServer().port()));
            fleet.createCatalog(newLink.port());
            fleet.startProxies(settings.proxies(), List.of());
            view.say("Control plane: REST on port " + fleet.controlPlane().restPort() + ". Proxies on ports "
                    + fleet.proxies().stream().map(Proxy::port).toList() + ".");
            createMigration(Stage.CANARY, Stage.CREATE);
            long answered = migrateUnderLoad(oldServer, newServer);
            view.say("Searching NEW for every acknowledged write ...");
            return Report.of(checker, answered, done, FinalCheck.of(keys, newServer));
        }
    }

    private void createMigration(String id, String body) throws InterruptedException {
        rest.post("/migrations", body);
        rest.post("/migrations/" + id + "/interlay/" + Fleet.INTERLAY, Stage.ADD_INTERLAY);
        JsonNode test = rest.post("/migrations/" + id + "/test", "");
        if (!test.path("valid").asBoolean()) {
            throw new IllegalStateException("the migration's test does not pass: " + test);
        }
    }

    private long migrateUnderLoad(RespClient oldServer, RespClient newServer) throws IOException, InterruptedException {
        LoadSettings load = new LoadSettings(
                fleet.proxies().stream().map(Proxy::port).toList(),
                settings.connectionsPerProxy(),
                settings.rate(),
                settings.readShare(),
                MAX_IN_FLIGHT,
                System.nanoTime());
        Duration unit = settings.unit(stages.stream().mapToInt(Stage::weight).sum());
        try (LoadGenerator generator = new LoadGenerator(load, keys, checker, destinations)) {
            generator.start();
            TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
            for (Stage stage : stages) {
                if (stage.call() == Stage.Call.PATCH && stage.share() == 1) {
                    verify(path(stage));
                }
                enter(stage);
                watch(stage, unit.multipliedBy(stage.weight()), generator, oldServer, newServer);
                awaitInStep(stage);
            }
            generator.stop();
            return generator.answered();
        }
    }

    private void enter(Stage stage) throws InterruptedException {
        switch (stage.call()) {
            case NONE -> {}
            case MIGRATE -> {
                migrate(stage);
                view.say("NEW has all of it and follows; writes go to both sides.");
            }
            case NEXT_MIGRATION -> {
                rest.delete(path(stages.get(stages.indexOf(stage) - 1)));
                createMigration(stage.migration(), stage.create());
                migrate(stage);
                view.say("The next migration, " + stage.migration() + ": NEW has all of it and follows.");
            }
            case PATCH -> rest.patch(path(stage), stage.patch());
            case ROLLBACK ->
                timed(
                        "POST /rollback: all traffic is on OLD again, with everything that was written on NEW",
                        stage,
                        () -> rest.post(path(stage) + "/rollback", ""));
            case TOGGLE ->
                timed(
                        "PATCH /toggle: all traffic is on " + (stage.share() == 1 ? "NEW (green)" : "OLD (blue)"),
                        stage,
                        () -> rest.patch(path(stage) + "/toggle", "{\"activate_new\": " + (stage.share() == 1) + "}"));
            case FAULT -> fail(stage);
            case COMPLETE -> rest.post(path(stage) + "/complete", "");
        }
        destinations.enter(stage, rest.get(path(stage)).path("uuid").asText());
    }

    private void migrate(Stage stage) throws InterruptedException {
        rest.post(path(stage) + "/migrate", "");
        copy(path(stage));
        MigrationStage.awaitOpen(rest, stage.migration(), COPY_TIMEOUT);
    }

    /** A call that moves the authority of keys. */
    @FunctionalInterface
    private interface Move {
        void make() throws InterruptedException;
    }

    private void timed(String what, Stage stage, Move move) throws InterruptedException {
        long start = System.nanoTime();
        move.make();
        if (stage.call() == Stage.Call.TOGGLE) {
            MigrationStage.awaitOpen(rest, stage.migration(), COPY_TIMEOUT);
        }
        view.say(what + ", after " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms.");
    }

    /** Makes NEW slow, then cuts it off, and watches the guardrail. */
    private void fail(Stage stage) throws InterruptedException {
        view.say("NEW gets slow, and then cannot be reached at all ...");
        newLink.delay(SLOW);
        TimeUnit.NANOSECONDS.sleep(SLOW_FOR.toNanos());
        long start = System.nanoTime();
        newLink.refuse(true);
        newLink.cut();
        JsonNode migration = rest.get(path(stage));
        while (!migration.path("status").asText().equals("rolled_back")) {
            if (System.nanoTime() - start > COPY_TIMEOUT.toNanos()) {
                throw new IllegalStateException("NEW cannot be reached and nothing was rolled back: " + migration);
            }
            TimeUnit.MILLISECONDS.sleep(20);
            migration = rest.get(path(stage));
        }
        newLink.delay(Duration.ZERO);
        newLink.refuse(false);
        view.say("All traffic is on OLD again by itself, after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms: "
                + migration.path("status_reason").asText() + ".");
    }

    private static String path(Stage stage) {
        return "/migrations/" + stage.migration();
    }

    /** Shows the copy until NEW follows OLD. */
    private void copy(String path) throws InterruptedException {
        long deadline = System.nanoTime() + COPY_TIMEOUT.toNanos();
        while (true) {
            CopyProgress copy = CopyProgress.of(rest.get(path + "/progress"));
            if (copy.over()) {
                view.copied(copy);
                return;
            }
            if (copy.failed() || System.nanoTime() > deadline) {
                throw new IllegalStateException("the data was not copied: " + copy.line());
            }
            view.show(copy);
            TimeUnit.NANOSECONDS.sleep(FRAME.toNanos());
        }
    }

    /** Compares both sides completely, under load, before the first key leaves OLD for good. */
    private void verify(String migration) throws InterruptedException {
        String path = migration + "/verify";
        rest.post(path, "{\"mode\": \"full\"}");
        long deadline = System.nanoTime() + COPY_TIMEOUT.toNanos();
        JsonNode result = rest.get(path);
        while (result.path("state").asText().equals("running") && System.nanoTime() < deadline) {
            TimeUnit.NANOSECONDS.sleep(FRAME.toNanos());
            result = rest.get(path);
        }
        view.say(String.format(
                Locale.ROOT,
                "POST /verify under load: %s, %,d keys compared, clean: %s.",
                result.path("state").asText(),
                result.path("compared").asLong(),
                result.path("clean").asText()));
        if (!result.path("state").asText().equals("done")
                || !result.path("clean").asBoolean()
                || result.path("compared").asLong() < keys.size()) {
            throw new IllegalStateException("the verification before the cutover is not clean: " + result);
        }
    }

    private void watch(
            Stage stage, Duration length, LoadGenerator generator, RespClient oldServer, RespClient newServer)
            throws IOException, InterruptedException {
        generator.latencies().startStage();
        Split before = Split.now(oldServer, newServer);
        long start = System.nanoTime();
        long answeredBefore = generator.answered();
        double elapsed = 0;
        while (elapsed < 1) {
            TimeUnit.NANOSECONDS.sleep(Math.min(FRAME.toNanos(), length.toNanos()));
            long nanos = System.nanoTime() - start;
            elapsed = Math.min(1, (double) nanos / length.toNanos());
            Progress progress = new Progress(
                    stage,
                    stages.indexOf(stage) + 1,
                    stages.size(),
                    elapsed,
                    Split.now(oldServer, newServer).since(before),
                    (generator.answered() - answeredBefore) * 1e9 / nanos,
                    generator.answered(),
                    generator.inFlight(),
                    generator.latencies().stage(),
                    checker.errors(),
                    checker.count(Violation.STALE_READ) + checker.count(Violation.STALE_READ_ELSEWHERE),
                    divergence(stage));
            if (elapsed < 1) {
                view.show(progress);
            } else {
                done.add(progress);
                view.stageDone(progress);
            }
        }
    }

    /** A careful operator goes on only when both sides are known to be equal. */
    private void awaitInStep(Stage stage) throws InterruptedException {
        if (stage.strategy().isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + IN_STEP_TIMEOUT.toNanos();
        while (divergence(stage) > 0) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the two sides are not equal " + IN_STEP_TIMEOUT.toSeconds()
                        + " s after the stage " + stage.name() + ": "
                        + rest.get(path(stage) + "/divergence"));
            }
            TimeUnit.NANOSECONDS.sleep(FRAME.toNanos());
        }
    }

    private long divergence(Stage stage) throws InterruptedException {
        return rest.get(path(stage) + "/divergence").path("count").asLong();
    }
}
