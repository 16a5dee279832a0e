package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.fault.Direction;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An authority and a follower, both empty, each behind a proxy that the mover goes through; and a client of each that does not. */
final class TwoSides implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);

    final RedisServer authority;
    final RedisServer follower;
    /** Before the authority. */
    final FaultProxy atOld;
    /** Before the follower. */
    final FaultProxy atNew;

    final RespClient old;
    final RespClient fresh;

    TwoSides(RedisServer authority, RedisServer follower) {
        this.authority = authority;
        this.follower = follower;
        authority.call("FLUSHALL");
        follower.call("FLUSHALL");
        atOld = FaultProxy.start(authority.port());
        atNew = FaultProxy.start(follower.port());
        old = authority.connect();
        fresh = follower.connect();
    }

    /** A mover between the two, started. */
    MoverUnderTest start(MoverUnderTest.Options options) {
        return options.start(atOld.port(), atNew.port());
    }

    /** A mover between the two, not started. */
    MoverUnderTest make(MoverUnderTest.Options options) {
        return options.between(atOld.port(), atNew.port());
    }

    /** Holds the next write of a key by the mover, or whatever else it asks about it, before the follower has it. */
    Trap holdWrite(String key) {
        return atNew.hold(Direction.TO_SERVER, Trap.words(key), 1);
    }

    /** Holds the next RESTORE of a key by the mover before the follower has it: its copy under dual writes. */
    Trap holdRestore(String key) {
        return atNew.hold(Direction.TO_SERVER, Trap.words("RESTORE", key), 1);
    }

    /** Holds the mover's next read of a key's value before the authority has the question. */
    Trap holdDump(String key) {
        return atOld.hold(Direction.TO_SERVER, Trap.words("DUMP", key), 1);
    }

    /** Executes a command at the authority, which must not fail. */
    Resp old(String... command) throws IOException {
        return call(old, command);
    }

    /** Executes a command at the follower, which must not fail. */
    Resp fresh(String... command) throws IOException {
        return call(fresh, command);
    }

    private static Resp call(RespClient client, String... command) throws IOException {
        Resp reply = client.call(command);
        if (reply.isError()) {
            throw new IOException(String.join(" ", command) + ": " + reply.text());
        }
        return reply;
    }

    /** The string at the follower; null if there is none. */
    @Nullable
    String there(String key) throws IOException {
        Resp reply = fresh("GET", key);
        return reply.isNil() ? null : reply.text();
    }

    /** Everything executed before this call is on the follower, and both sides are equal. */
    void assertEqual(MoverUnderTest mover) throws Exception {
        mover.awaitCaughtUp();
        mover.awaitPassed();
        assertThat(IndependentCompare.compare(Store.of(authority), Store.of(follower)))
                .satisfies(found -> assertThat(found.isEqual())
                        .as(found + "\n" + mover.events + "\n" + mover.status())
                        .isTrue());
        assertThat(mover.status().errorKeys()).isZero();
    }

    @Override
    public void close() throws IOException {
        old.close();
        fresh.close();
        atOld.close();
        atNew.close();
    }
}
