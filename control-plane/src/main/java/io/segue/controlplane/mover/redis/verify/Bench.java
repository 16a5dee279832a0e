package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.redis.verify.PairReader.Outcome;
import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connections to look closely at keys of one database, and the looking. For one thread. */
final class Bench implements AutoCloseable {
    /** A key that expires so soon may be gone on one side already, milliseconds. */
    private static final long SOON_MS = 1_000;

    private final VerifyContext context;
    private final Connections connections;
    private final int db;
    private final SideLink authority;
    private final SideLink follower;
    private final PairReader pairs;
    private final Keys keys = new Keys();
    private final Keys odd = new Keys();
    private long[] ours = new long[0];
    private long[] theirs = new long[0];
    private long[] larger = new long[0];
    private @Nullable KeyComparer comparer;

    @SuppressWarnings("MustBeClosedChecker") // Closed with this.
    Bench(VerifyContext context, VerifySettings settings, Connections connections, int db) throws IOException {
        this.context = context;
        this.connections = connections;
        this.db = db;
        this.authority = new SideLink(context, connections, Side.AUTHORITY, db);
        boolean opened = false;
        try {
            this.follower = new SideLink(context, connections, Side.FOLLOWER, db);
            opened = true;
        } finally {
            if (!opened) {
                authority.close();
            }
        }
        this.pairs = new PairReader(context, settings, authority, follower);
    }

    /** Reads all of {@code suspects} at both sides, and leaves with each what was seen. */
    void look(List<Suspect> suspects) throws IOException {
        keys.clear();
        for (Suspect suspect : suspects) {
            keys.add(suspect.key);
        }
        sizes();
        for (int from = 0; from < keys.count(); ) {
            int to = pairs.cut(keys, larger, from);
            pairs.send(keys, larger, from, to);
            pairs.read(keys, larger, from, to);
            for (int i = from; i < to; i++) {
                suspects.get(i).sight = sight(i, i - from);
            }
            from = to;
        }
        types(suspects.stream()
                .filter(suspect -> suspect.sight.outcome() != Outcome.EQUAL)
                .toList());
    }

    private void sizes() throws IOException {
        if (larger.length < keys.count()) {
            ours = new long[keys.count()];
            theirs = new long[keys.count()];
            larger = new long[keys.count()];
        }
        authority.sendSizes(keys);
        follower.sendSizes(keys);
        authority.flush();
        follower.flush();
        authority.readSizes(keys, ours);
        follower.readSizes(keys, theirs);
        for (int i = 0; i < keys.count(); i++) {
            larger[i] = Math.max(ours[i], theirs[i]);
        }
    }

    private Sight sight(int i, int n) {
        return new Sight(
                pairs.outcome(n),
                new KeyFacts("none", pairs.expiry(Side.AUTHORITY, n), Math.max(0, ours[i])),
                new KeyFacts("none", pairs.expiry(Side.FOLLOWER, n), Math.max(0, theirs[i])),
                pairs.sameExpiry(n),
                pairs.otherExpiry(n));
    }

    private void types(List<Suspect> suspects) throws IOException {
        odd.clear();
        for (Suspect suspect : suspects) {
            odd.add(suspect.key);
        }
        String[] here = authority.types(odd);
        String[] there = follower.types(odd);
        for (int i = 0; i < here.length; i++) {
            Suspect suspect = suspects.get(i);
            suspect.sight = suspect.sight.withTypes(here[i], there[i]);
        }
    }

    /** Whether the last look found both sides equal, or a key that has run out. */
    Judgement judge(Suspect suspect) throws IOException {
        Sight sight = suspect.sight;
        return switch (sight.outcome()) {
            case EQUAL -> Judgement.EQUAL;
            case MISSING -> onOneSide(suspect, Judgement.MISSING);
            case EXTRA -> onOneSide(suspect, Judgement.EXTRA);
            case TTL -> expiry(sight);
            case BYTES -> value(suspect);
        };
    }

    private Judgement onOneSide(Suspect suspect, Judgement otherwise) throws IOException {
        long expires = suspect.sight.expiryOfTheOnlyOne();
        if (expires < 0) {
            return otherwise;
        }
        odd.clear();
        odd.add(suspect.key);
        long now = Math.max(authority.now(authority.shardOf(odd, 0)), follower.now(follower.shardOf(odd, 0)));
        if (expires <= now) {
            return Judgement.EQUAL;
        }
        return expires <= now + SOON_MS ? Judgement.UNKNOWN : otherwise;
    }

    private Judgement value(Suspect suspect) throws IOException {
        Sight sight = suspect.sight;
        if (!sight.authority().exists() || !sight.follower().exists()) {
            // Gone since it was read.
            return Judgement.UNKNOWN;
        }
        if (!sight.authority().type().equals(sight.follower().type())) {
            return Judgement.TYPE;
        }
        try {
            return comparer().same(suspect.key) ? expiry(sight) : Judgement.VALUE;
        } catch (RedisErrorException e) {
            if (e.error().is("NOPERM")) {
                throw e;
            }
            // It became something else while it was read.
            closeComparer();
            return Judgement.UNKNOWN;
        }
    }

    private static Judgement expiry(Sight sight) {
        return sight.sameExpiry() ? Judgement.EQUAL : sight.otherExpiry() ? Judgement.TTL : Judgement.UNKNOWN;
    }

    private KeyComparer comparer() throws IOException {
        if (comparer == null) {
            comparer = connections.open(() -> context.comparer(db));
        }
        return comparer;
    }

    @Override
    public void close() {
        authority.close();
        follower.close();
        closeComparer();
    }

    private void closeComparer() {
        if (comparer != null) {
            connections.close(comparer);
            comparer = null;
        }
    }

    /** What can be said of a key after one look. */
    enum Judgement {
        EQUAL(null),
        /** It must be looked at again. */
        UNKNOWN(null),
        MISSING(Kind.MISSING),
        EXTRA(Kind.EXTRA),
        VALUE(Kind.VALUE),
        TYPE(Kind.TYPE),
        TTL(Kind.TTL);

        private final @Nullable Kind kind;

        Judgement(@Nullable Kind kind) {
            this.kind = kind;
        }

        /** How the key differs; null if it is not known to. */
        @Nullable
        Kind kind() {
            return kind;
        }
    }
}
