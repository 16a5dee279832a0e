package io.segue.controlplane.mover.redis;

import static java.util.Objects.requireNonNull;

import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.redis.psync.RdbValue;
import io.segue.controlplane.mover.redis.value.DumpPayload;
import io.segue.controlplane.mover.redis.value.PlainString;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one key from what was read of it to a write: as it is, as a plain string, by type, not at all, or removed. Confined to the lane's
 * thread.
 */
final class KeyCopy implements RdbCopy.Target {
    /** Values that take more are copied in pieces: no server is kept busy with one of them, and none stands in memory as a whole. */
    private static final long LARGE = 1024 * 1024;
    /** Payloads of strings up to here are looked into: the value may be SET. */
    private static final int PLAIN = 4 * 1024;

    private static final int STRING = 0;
    /** What servers accept as one argument (proto-max-bulk-len). */
    private static final long LARGEST = 512L * 1024 * 1024;

    /** Why a key was left alone. */
    static final String KEPT = "stood on the follower before the copy, and was kept";

    private final MoverContext context;
    private final KeyEnds ends;
    private final @Nullable Streams streams;
    private final PlainString plain = new PlainString();
    private final byte[] small = new byte[PLAIN];
    private @Nullable FollowerLink follower;

    /** @param streams where to take note of streams; null where the feed names all their changes */
    KeyCopy(MoverContext context, KeyEnds ends, @Nullable Streams streams) {
        this.context = context;
        this.ends = ends;
        this.streams = streams;
    }

    /** Where to write from now on. */
    void use(FollowerLink link) {
        follower = link;
    }

    /** How the keys end. */
    KeyEnds ends() {
        return ends;
    }

    /** Size and expiry of these keys are known; which of them are to be dumped. */
    List<Item> measured(List<Item> items) throws IOException {
        List<Item> wanted = new ArrayList<>(items.size());
        for (Item item : items) {
            if (item.refused) {
                continue;
            }
            if (item.expiry == Item.ABSENT) {
                gone(item);
            } else if (!context.wants(item.key)) {
                ends.finish(item);
            } else if (context.conflict(item)) {
                byTypeOrKept(item);
            } else if (item.size > LARGE) {
                ends.byType(item);
            } else {
                wanted.add(item);
            }
        }
        return wanted;
    }

    private void byTypeOrKept(Item item) throws IOException {
        if (context.keepsConflicts()) {
            context.errors().conflict(item, KEPT);
            ends.finish(item);
        } else {
            ends.byType(item);
        }
    }

    private void gone(Item item) throws IOException {
        if (item.page != null || context.standing().contains(item)) {
            // A page's key that has gone is named by the feed; one that only the follower has is not ours.
            ends.finish(item);
        } else {
            requireNonNull(follower).remove(item);
        }
    }

    /** The payload of a key comes next from {@code from}: as {@link AuthorityReader.Sink#payload}. */
    void payload(Item item, RedisConnection from, long length) throws IOException {
        FollowerLink to = requireNonNull(follower);
        if (length == RedisConnection.NULL) {
            gone(item);
            return;
        }
        if (streams != null && length > 0) {
            streams.saw(item.db, item.key, from.peek());
        }
        if (length > LARGE) {
            from.skip(length);
            ends.byType(item);
            return;
        }
        if (length <= PLAIN && from.peek() == STRING && to.sets(item)) {
            setOrRestore(item, from, (int) length, to);
            return;
        }
        int version = context.followerSide().facts().rdbVersion();
        if (version >= context.authoritySide().facts().rdbVersion()) {
            to.restore(item, from, length);
            return;
        }
        byte[] payload = new byte[(int) length];
        fill(payload, from, (int) length);
        if (DumpPayload.knows(DumpPayload.type(payload), version) || isModule(DumpPayload.type(payload))) {
            to.restore(item, DumpPayload.restamp(payload, version), (int) length);
        } else {
            ends.byType(item);
        }
    }

    private static void fill(byte[] payload, RedisConnection from, int length) throws IOException {
        for (int at = 0; at < length; ) {
            at += from.readSome(payload, at, length - at);
        }
    }

    private void setOrRestore(Item item, RedisConnection from, int length, FollowerLink to) throws IOException {
        fill(small, from, length);
        int version = context.followerSide().facts().rdbVersion();
        if (plain.ofPayload(small, length)) {
            to.set(item, plain);
        } else if (version >= context.authoritySide().facts().rdbVersion()) {
            to.restore(item, small, length);
        } else {
            to.restore(item, DumpPayload.restamp(Arrays.copyOf(small, length), version), length);
        }
    }

    /** A point-in-time copy must not read the authority again, later: it takes the value in one piece, as far as servers do. */
    private boolean wholly(RdbValue value) {
        return context.spec().movement() == Movement.SNAPSHOT && value.payloadLength() <= LARGEST;
    }

    /** A module's value says by itself what it is: the module at the follower takes it or not. */
    private static boolean isModule(int type) {
        return type == 6 || type == 7;
    }

    /** A key whose value is copied by type, or found equal. */
    void saw(Item item, int rdbType) {
        if (streams != null) {
            streams.saw(item.db, item.key, rdbType);
        }
    }

    /** A key that is a stream. */
    void sawStream(Item item) {
        if (streams != null) {
            streams.add(item.db, item.key);
        }
    }

    @Override
    public void fromSnapshot(Item item, int type, RdbValue value) throws IOException {
        int version = context.followerSide().facts().rdbVersion();
        if (!context.wants(item.key)) {
            ends.finish(item);
        } else if (context.conflict(item)) {
            byTypeOrKept(item);
        } else if ((value.large() && !wholly(value))
                || (value.version() > version && !DumpPayload.knows(type, version) && !isModule(type))) {
            ends.byType(item);
        } else if (requireNonNull(follower).sets(item) && value.plain(plain)) {
            requireNonNull(follower).set(item, plain);
        } else {
            requireNonNull(follower).restore(item, value, Math.min(version, value.version()));
        }
    }

    /** The key does not exist at the authority: it must not exist at the follower. */
    void removeNow(Item item) throws IOException {
        gone(item);
        requireNonNull(follower).collectAll();
    }
}
