package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.labels.Subject;
import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Keys;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.upstream.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What routing needs to know of the keys of one request: their cells, their stripes, and whether they belong together. Reused:
 * valid until the next {@link #look} or {@link #find}. Confined to one event loop.
 */
final class RequestKeys {
    private static final int LONGEST_PREFIX = 64;

    private final Loop loop;
    private final Keys keys;
    private int count;
    private final Subject subject = new Subject();
    private int[] cells = new int[4];
    private int[] stripes = new int[4];
    private int keyless = Bucket.KEYLESS;
    private byte[] key = new byte[0];
    private int keyLength;

    RequestKeys(Loop loop, Keys keys) {
        this.loop = loop;
        this.keys = keys;
    }

    /** Looks at the keys of {@code request} of {@code client}, whose frame starts at {@code start}. */
    void look(ClientLanes client, Request request, ByteBuf in, int start, Plan plan) {
        find(request, in, start, plan);
        if (!plan.cells().plain()) {
            classify(client, request, in, start, plan);
        } else if (count == 0) {
            keyless = Bucket.KEYLESS;
        }
    }

    /** Labels may differ from key to key: each is shown to the rules. */
    private void classify(ClientLanes client, Request request, ByteBuf in, int start, Plan plan) {
        subject.begin(request.command().name(), client.caller(), client.db());
        keyless = count == 0 ? plan.cells().of(subject, Bucket.KEYLESS) : Bucket.KEYLESS;
        for (int i = 0; i < count; i++) {
            load(request, in, start, i);
            cells[i] = plan.cells().of(subject.key(key, keyLength), cells[i]);
        }
    }

    /** Looks at the keys of a request, whoever sent it: what does not depend on that may be asked afterwards, and no cell. */
    void find(Request request, ByteBuf in, int start, Plan plan) {
        count = keys.find(request, in, start);
        if (cells.length < count) {
            cells = new int[count];
            stripes = new int[count];
        } else if (cells.length > 1024 && count <= 4) {
            cells = new int[4];
            stripes = new int[4];
        }
        for (int i = 0; i < count; i++) {
            load(request, in, start, i);
            long hash = Bucket.hash(key, 0, keyLength, plan.salt());
            long unit = keys.samplingUnit(key, keyLength);
            int from = (int) (unit >>> 32);
            int to = (int) unit;
            stripes[i] = Stripes.of(hash);
            cells[i] =
                    from == 0 && to == keyLength ? Bucket.fromHash(hash) : Bucket.of(key, from, to - from, plan.salt());
        }
    }

    /** Whether the keys of a request do not belong together: they share no hash tag. Looks for the keys itself. */
    boolean apart(Request request, ByteBuf in, int start) {
        count = keys.find(request, in, start);
        if (count < 2) {
            return false;
        }
        long first = unit(request, in, start, 0);
        for (int i = 1; i < count; i++) {
            if (unit(request, in, start, i) != first) {
                return true;
            }
        }
        return false;
    }

    private long unit(Request request, ByteBuf in, int start, int i) {
        load(request, in, start, i);
        long unit = keys.samplingUnit(key, keyLength);
        int from = (int) (unit >>> 32);
        return Bucket.hash(key, from, (int) unit - from, 0);
    }

    /** What stands before the first {@code ':'} of the first key and of the first that does not belong to it. After {@link #apart}. */
    List<String> prefixes(Request request, ByteBuf in, int start) {
        long first = unit(request, in, start, 0);
        List<String> prefixes = new ArrayList<>(List.of(prefix()));
        for (int i = 1; i < count && prefixes.size() == 1; i++) {
            if (unit(request, in, start, i) != first) {
                prefixes.add(prefix());
            }
        }
        return prefixes;
    }

    /** Keys may be secret, but how an application groups them seldom is. */
    private String prefix() {
        for (int i = 0; i < Math.min(keyLength, LONGEST_PREFIX); i++) {
            if (key[i] == ':') {
                return new String(key, 0, i, StandardCharsets.UTF_8);
            }
        }
        return "";
    }

    /** How many keys there are. */
    int count() {
        return count;
    }

    /** Cell of the first key; that of the work itself if there is none. */
    int cell() {
        return count == 0 ? keyless : cells[0];
    }

    int cell(int i) {
        return cells[i];
    }

    int stripe(int i) {
        return stripes[i];
    }

    /** How many keys share a stripe. */
    int occurrences(int stripe) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += stripes[i] == stripe ? 1 : 0;
        }
        return found;
    }

    /** A copy of key {@code i}. Call after {@link #look} at the same request. */
    Ledger.Key key(Request request, ByteBuf in, int start, int i, int db) {
        load(request, in, start, i);
        return new Ledger.Key(db, Arrays.copyOf(key, keyLength));
    }

    /** Whether the truth of some key has moved. Call after {@link #look} at the same request. */
    boolean moved(Request request, ByteBuf in, int start, MigrationState migration, int db) {
        if (!migration.ledger().hasMoved()) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            load(request, in, start, i);
            if (migration.ledger().hasMoved(db, key, keyLength)) {
                return true;
            }
        }
        return false;
    }

    int[] stripes() {
        return Arrays.copyOf(stripes, count);
    }

    /** The one authority of all keys; null if they have different ones. */
    @Nullable
    Side authority(Route route) {
        Side first = route.authority(cell());
        for (int i = 1; i < count; i++) {
            if (route.authority(cells[i]) != first) {
                return null;
            }
        }
        return first;
    }

    /** For each key, its authority, by ordinal. */
    int[] sides(Route route) {
        int[] sides = new int[count];
        for (int i = 0; i < count; i++) {
            sides[i] = route.authority(cells[i]).ordinal();
        }
        return sides;
    }

    /** Whether a key must wait for a plan change. */
    boolean held(Route route) {
        if (count == 0) {
            return route.held(keyless);
        }
        for (int i = 0; i < count; i++) {
            if (route.held(cells[i])) {
                return true;
            }
        }
        return false;
    }

    /** Whether clients may be reading one of the keys from the follower. */
    boolean followerReads(Plan plan) {
        for (int i = 0; i < count; i++) {
            if (plan.followerReads(cells[i])) {
                return true;
            }
        }
        return false;
    }

    /** Whether the two sides of some key may differ right now: a dual write is under way, or it is in the ledger. */
    boolean unsettled(Request request, ByteBuf in, int start, MigrationState migration, int db) {
        for (int i = 0; i < count; i++) {
            if (migration.stripes().busy(stripes[i])) {
                return true;
            }
        }
        return inLedger(request, in, start, migration, db);
    }

    /** Whether some key is in the ledger. Call after {@link #look} or {@link #find} of the same request. */
    boolean inLedger(Request request, ByteBuf in, int start, MigrationState migration, int db) {
        return any(request, in, start, migration.ledger(), db, Ledger::contains);
    }

    /** Whether writes of some key must not be carried to the follower. Call after {@link #look} or {@link #find} of the same request. */
    boolean barred(Request request, ByteBuf in, int start, MigrationState migration, int db) {
        return any(request, in, start, migration.ledger(), db, Ledger::bars);
    }

    /** Asks the ledger something about a key. */
    private interface Question {
        boolean ask(Ledger ledger, int db, byte[] key, int length);
    }

    private boolean any(Request request, ByteBuf in, int start, Ledger ledger, int db, Question question) {
        if (ledger.isEmpty()) {
            return false;
        }
        if (ledger.everything()) {
            return true;
        }
        for (int i = 0; i < count; i++) {
            load(request, in, start, i);
            if (question.ask(ledger, db, key, keyLength)) {
                return true;
            }
        }
        return false;
    }

    /** Puts every key of {@code request} into the ledger. Looks for the keys itself. */
    void mark(
            Request request,
            ByteBuf in,
            int start,
            MigrationState migration,
            int db,
            Ledger.Cause cause,
            Side authority) {
        count = keys.find(request, in, start);
        for (int i = 0; i < count; i++) {
            load(request, in, start, i);
            migration.ledger().mark(db, key, keyLength, cause, authority);
        }
    }

    private void load(Request request, ByteBuf in, int start, int i) {
        int argument = keys.argument(i);
        keyLength = request.argLength(argument);
        key = loop.scratch(keyLength);
        in.getBytes(start + request.argStart(argument), key, 0, keyLength);
    }
}
