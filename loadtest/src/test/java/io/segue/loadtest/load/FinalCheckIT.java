package io.segue.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsRedis
class FinalCheckIT {
    private static final int KEYS = 600;

    private final Checker checker = new Checker();
    private final List<TrackedKey> keys = Keyspace.create(KEYS, 2);
    private final RedisServer server = RedisServer.start();
    private final RespClient redis = server.connect();

    @BeforeEach
    void seed() throws IOException {
        Keyspace.seed(keys, redis);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void holds_whenAllIsThere() throws IOException {
        for (TrackedKey key : keys) {
            writeAcknowledged(key);
            writeAcknowledged(key);
        }

        FinalCheck check = FinalCheck.of(keys, redis);

        assertThat(check.samples()).isEmpty();
        assertThat(check.holds()).isTrue();
        assertThat(check.keys()).isEqualTo(KEYS);
    }

    @Test
    void aLostWriteOfEachKindIsFound() throws IOException {
        for (TrackedKey key : keys.subList(0, Kind.values().length)) {
            writeAcknowledged(key);
            checker.acknowledged(key, checker.beginWrite(key), "never reached the server");
        }

        FinalCheck check = FinalCheck.of(keys, redis);

        assertThat(check.missingWrites()).isEqualTo(Kind.values().length);
        assertThat(check.samples()).hasSize(Kind.values().length);
        assertThat(check.holds()).isFalse();
    }

    @Test
    void aWriteAppliedTwiceIsFound() throws IOException {
        for (Kind kind : List.of(Kind.COUNTER, Kind.LIST)) {
            TrackedKey key = ofKind(kind);
            writeAcknowledged(key);
            apply(key, 1);
        }

        FinalCheck check = FinalCheck.of(keys, redis);

        assertThat(check.extraWrites()).isEqualTo(2);
        assertThat(check.holds()).isFalse();
    }

    @Test
    void aWriteInTheWrongOrderIsFound() throws IOException {
        TrackedKey key = ofKind(Kind.LIST);
        long first = checker.beginWrite(key);
        long second = checker.beginWrite(key);
        apply(key, second);
        apply(key, first);
        checker.acknowledged(key, first, 2L);
        checker.acknowledged(key, second, 3L);

        assertThat(FinalCheck.of(keys, redis).holds()).isFalse();
    }

    @Test
    void anUnknownOutcomeMayBeThereOrNot() throws IOException {
        for (TrackedKey key : keys) {
            long applied = checker.beginWrite(key);
            apply(key, applied);
            checker.failed(key, applied, "no answer");
            checker.failed(key, checker.beginWrite(key), "no answer");
        }

        assertThat(FinalCheck.of(keys, redis).samples()).isEmpty();
    }

    @Test
    void aMissingOrForeignKeyIsFound() throws IOException {
        redis.call("DEL", ofKind(Kind.HASH).name());
        redis.call("SET", ofKind(Kind.STRING).name(), "somebody else's");

        FinalCheck check = FinalCheck.of(keys, redis);

        assertThat(check.missingWrites()).isEqualTo(1);
        assertThat(check.extraWrites()).isEqualTo(1);
    }

    @Test
    void copy_bringsAllKindsAndExpiriesOver() throws IOException {
        keys.forEach(this::writeAcknowledged);
        try (RedisServer target = RedisServer.start();
                RespClient copy = target.connect()) {
            assertThat(Keyspace.copy(redis, copy)).isEqualTo(KEYS);

            assertThat(FinalCheck.of(keys, copy).holds()).isTrue();
            assertThat(copy.call("TTL", ofKind(Kind.SESSION).name()).number()).isBetween(80_000L, 86_400L);
            assertThat(copy.call("TTL", ofKind(Kind.STRING).name()).number()).isEqualTo(-1);
        }
    }

    private TrackedKey ofKind(Kind kind) {
        return keys.stream().filter(key -> key.kind() == kind).findFirst().orElseThrow();
    }

    private void writeAcknowledged(TrackedKey key) {
        long version = checker.beginWrite(key);
        try {
            apply(key, version);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        checker.acknowledged(key, version, "OK");
    }

    private void apply(TrackedKey key, long version) throws IOException {
        String value = Kind.value(key.name(), version);
        byte[][] command =
                switch (key.kind()) {
                    case STRING -> RespClient.bytes("SET", key.name(), value);
                    case SESSION -> RespClient.bytes("SET", key.name(), value, "EX", "86400");
                    case HASH -> RespClient.bytes("HSET", key.name(), "payload", value);
                    case COUNTER -> RespClient.bytes("INCR", key.name());
                    case LIST -> RespClient.bytes("RPUSH", key.name(), value);
                    case SORTED_SET -> RespClient.bytes("ZADD", key.name(), Long.toString(version), key.name());
                };
        assertThat(redis.call(command).isError()).isFalse();
    }
}
