package io.segue.loadtest.load;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Goes through all keys on one server after the load has ended, and looks for every acknowledged write.
 *
 * @param keys how many keys were looked at
 * @param missingWrites acknowledged writes that the server does not have
 * @param extraWrites writes that it has more often than they were sent, or that nobody sent
 * @param samples the first of those, one line each
 */
public record FinalCheck(long keys, long missingWrites, long extraWrites, List<String> samples) {
    private static final int SAMPLES = 20;
    private static final int BATCH = 500;

    /** Copies the list. */
    public FinalCheck {
        samples = List.copyOf(samples);
    }

    /** Whether nothing is missing and nothing is too much. */
    public boolean holds() {
        return missingWrites == 0 && extraWrites == 0;
    }

    /** Compares {@code keys} with what the server behind {@code client} has. */
    public static FinalCheck of(List<TrackedKey> keys, RespClient client) throws IOException {
        Tally tally = new Tally();
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<TrackedKey> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
            List<byte[][]> commands = new ArrayList<>(batch.size());
            batch.forEach(key -> commands.add(key.kind().readAll(key.name())));
            List<Resp> replies = client.pipeline(commands);
            for (int i = 0; i < batch.size(); i++) {
                tally.add(batch.get(i), replies.get(i));
            }
        }
        return new FinalCheck(keys.size(), tally.missing, tally.extra, tally.samples);
    }

    /** Sums up over the keys. */
    private static final class Tally {
        private final List<String> samples = new ArrayList<>();
        private long missing;
        private long extra;

        void add(TrackedKey key, Resp reply) {
            if (reply.isError()) {
                note(key, key.acknowledged() + 1, 0, reply.toString());
                return;
            }
            switch (key.kind()) {
                case LIST -> addList(key, reply.isNil() ? List.of() : reply.items());
                case COUNTER -> addCounter(key, key.kind().version(key.name(), reply));
                case STRING, SESSION, HASH, SORTED_SET ->
                    addRegister(key, key.kind().version(key.name(), reply));
            }
        }

        private void addRegister(TrackedKey key, long version) {
            if (version == Kind.CORRUPT || version > key.issued()) {
                note(key, 0, 1, "holds a value that nobody wrote");
                return;
            }
            long lost = LongStream.rangeClosed(Math.max(version, 0) + 1, key.floor())
                    .filter(key::isAcknowledged)
                    .count();
            // A seeded key that is gone counts as one write, too.
            note(
                    key,
                    version == Kind.ABSENT ? lost + 1 : lost,
                    0,
                    "is at version " + version + ", acknowledged was " + key.floor());
        }

        private void addCounter(TrackedKey key, long value) {
            if (value == Kind.CORRUPT) {
                note(key, 0, 1, "holds no number");
                return;
            }
            long lost = value == Kind.ABSENT ? key.acknowledged() + 1 : Math.max(0, key.acknowledged() - value);
            long twice = Math.max(0, value - key.acknowledged() - key.unknown());
            note(key, lost, twice, "is " + value + ", acknowledged were " + key.acknowledged());
        }

        private void addList(TrackedKey key, List<Resp> items) {
            long found = 0;
            long wrong = 0;
            long last = Kind.ABSENT;
            for (Resp item : items) {
                long version = key.kind().version(key.name(), item);
                if (version <= last || version > key.issued()) {
                    wrong++;
                } else {
                    found += version == 0 || key.isAcknowledged(version) ? 1 : 0;
                    last = version;
                }
            }
            note(
                    key,
                    key.acknowledged() + 1 - found,
                    wrong,
                    "has " + found + " of " + (key.acknowledged() + 1) + " elements");
        }

        private void note(TrackedKey key, long lost, long tooMany, String what) {
            missing += lost;
            extra += tooMany;
            if (lost + tooMany > 0 && samples.size() < SAMPLES) {
                samples.add(key + " " + what);
            }
        }
    }
}
