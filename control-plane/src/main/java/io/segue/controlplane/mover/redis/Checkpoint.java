package io.segue.controlplane.mover.redis;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a mover must know after a restart of its process, in one small file: how far the first copy has come, which processes served, what was
 * accepted, and the counters. Written to a file of its own and renamed, so there is always a whole one. Thread-safe.
 */
final class Checkpoint {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoint.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "checkpoint.json";

    private final Path folder;
    private final boolean resumed;
    private final Map<String, ScanCopy.Progress> shards = new HashMap<>();
    private Map<String, String> followerRuns = new HashMap<>();
    private boolean caughtUp;
    private boolean owing;
    private long owingSince;
    private List<String> standingFunctions = List.of();
    private boolean dirty;

    private Checkpoint(Path folder, boolean resumed) {
        this.folder = folder;
        this.resumed = resumed;
    }

    /** Reads what an earlier mover has left in {@code folder}, or begins. */
    static Checkpoint open(Path folder, Counters counters, ErrorKeys errors) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return new Checkpoint(folder, false);
        }
        Checkpoint checkpoint = new Checkpoint(folder, true);
        try {
            checkpoint.read(JSON.readTree(file.toFile()), counters, errors);
        } catch (JacksonException e) {
            throw new IOException("the checkpoint " + file.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
        return checkpoint;
    }

    private void read(JsonNode json, Counters counters, ErrorKeys errors) {
        json.path("shards").properties().forEach(entry -> {
            List<Integer> todo = new ArrayList<>();
            entry.getValue().path("todo").forEach(db -> todo.add(db.asInt()));
            shards.put(
                    entry.getKey(),
                    new ScanCopy.Progress(
                            entry.getValue().path("run_id").asText(),
                            todo,
                            entry.getValue().path("cursor").asText("0")));
        });
        json.path("follower_runs")
                .properties()
                .forEach(entry ->
                        followerRuns.put(entry.getKey(), entry.getValue().asText()));
        caughtUp = json.path("caught_up").asBoolean();
        owing = json.path("owing").asBoolean();
        List<String> libraries = new ArrayList<>();
        json.path("standing_functions").forEach(name -> libraries.add(name.asText()));
        standingFunctions = List.copyOf(libraries);
        List<ErrorKeys.Name> accepted = new ArrayList<>();
        json.path("accepted")
                .forEach(name -> accepted.add(new ErrorKeys.Name(
                        name.path("db").asInt(),
                        Base64.getDecoder().decode(name.path("key").asText()))));
        errors.accept(accepted);
        counters.restore(
                json.path("keys_copied").asLong(),
                json.path("keys_followed").asLong(),
                json.path("bytes").asLong(),
                json.path("rechecks").asLong());
    }

    /** Whether an earlier mover has been at work here. */
    boolean resumed() {
        return resumed;
    }

    /** How far the copy of a shard has come; from the beginning if nothing is known of it. */
    synchronized ScanCopy.Progress progress(String node) {
        return shards.getOrDefault(node, new ScanCopy.Progress("", List.of(), "0"));
    }

    synchronized void progress(String node, ScanCopy.Progress progress) {
        shards.put(node, progress);
        dirty = true;
    }

    synchronized Map<String, String> followerRuns() {
        return Map.copyOf(followerRuns);
    }

    synchronized void followerRuns(Map<String, String> runs) {
        followerRuns = new HashMap<>(runs);
        dirty = true;
    }

    /** Whether it has been caught up once: the first copy is done. */
    synchronized boolean caughtUp() {
        return caughtUp;
    }

    synchronized void caughtUp(boolean reached) {
        caughtUp = reached;
        dirty = true;
    }

    /** Libraries of functions that stood on the follower before anything was carried there. */
    synchronized List<String> standingFunctions() {
        return standingFunctions;
    }

    synchronized void standingFunctions(Collection<String> names) {
        standingFunctions = List.copyOf(names);
        dirty = true;
    }

    /** Keys are owed that no feed will name again: a process that comes later must compare everything. To be called after they were noted. */
    synchronized void owes() {
        dirty |= !owing;
        owing = true;
        owingSince = System.nanoTime();
    }

    /**
     * What is owed, and no key has failed, and no comparison of everything is owed.
     *
     * @param asOf a moment before it was looked what is owed
     */
    synchronized void clear(long asOf, Debt debt) {
        if (owing && asOf - owingSince >= 0 && debt.passed(owingSince)) {
            owing = false;
            dirty = true;
        }
    }

    /** Whether keys are owed that no feed will name again. */
    synchronized boolean owing() {
        return owing;
    }

    /** Writes it, if anything has changed; what was written survives a crash of the machine. */
    synchronized void save(Counters counters, ErrorKeys errors) {
        if (!dirty) {
            return;
        }
        try {
            write(counters, errors);
            dirty = false;
        } catch (IOException e) {
            // The one before stays, and more is done again after a restart.
            LOG.warn("the checkpoint in {} cannot be written: {}", folder, e.toString());
        }
    }

    /** Makes the next {@link #save} write. */
    synchronized void touch() {
        dirty = true;
    }

    private void write(Counters counters, ErrorKeys errors) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode all = json.putObject("shards");
        shards.forEach((node, progress) -> {
            ObjectNode one = all.putObject(node).put("run_id", progress.runId()).put("cursor", progress.cursor());
            ArrayNode todo = one.putArray("todo");
            progress.todo().forEach(todo::add);
        });
        ObjectNode runs = json.putObject("follower_runs");
        followerRuns.forEach(runs::put);
        json.put("caught_up", caughtUp).put("owing", owing);
        standingFunctions.forEach(json.putArray("standing_functions")::add);
        ArrayNode accepted = json.putArray("accepted");
        for (ErrorKeys.Name name : errors.accepted()) {
            accepted.addObject()
                    .put("db", name.db())
                    .put("key", Base64.getEncoder().encodeToString(name.key()));
        }
        json.put("keys_copied", counters.keysCopied.sum())
                .put("keys_followed", counters.keysFollowed.sum())
                .put("bytes", counters.bytes.sum())
                .put("rechecks", counters.rechecks.sum());
        Path next = folder.resolve(FILE + ".next");
        Files.writeString(next, JSON.writeValueAsString(json), StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(next, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
