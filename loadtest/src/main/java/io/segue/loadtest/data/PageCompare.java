package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;

import io.segue.loadtest.data.Difference.Kind;
import io.segue.loadtest.redis.Resp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Compares a page of keys on both sides: types, moments of expiry, values. Keys may expire meanwhile, and the two sides are never read at
 * the same instant: what looks different and expires is looked at again, later than any difference of clocks could explain. For one thread.
 */
final class PageCompare {
    private static final int PIPELINED_BYTES = 2 << 20;
    private static final long BIG = 64 * 1024;
    private static final int LOOKS = 3;
    private static final long BETWEEN_LOOKS_MS = 20;

    private final Side one;
    private final Side other;
    private final IndependentCompare.Settings settings;
    private long keys;
    private long withExpiry;
    private final Map<String, Long> byType = new HashMap<>();

    PageCompare(Side one, Side other, IndependentCompare.Settings settings) {
        this.one = one;
        this.other = other;
        this.settings = settings;
    }

    long keys() {
        return keys;
    }

    long withExpiry() {
        return withExpiry;
    }

    Map<String, Long> byType() {
        return byType;
    }

    /** What one key looked like on both sides. */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    private record Look(byte[] key, String type, String typeThere, long moment, long momentThere, long bytes) {
        /** Whether time explains what was seen: the key ends, or ended between two commands. */
        boolean expires() {
            return expires(type, moment) || expires(typeThere, momentThere);
        }

        private static boolean expires(String type, long moment) {
            return moment >= 0 || moment == Side.VAGUE || (moment == Side.ABSENT && !type.equals("none"));
        }
    }

    /** A difference that the next look may explain. */
    private record Suspect(Look look, Kind kind, String detail) {}

    /**
     * The differences among {@code page}, keys of database {@code db}, which both sides have selected.
     *
     * @param patient whether to look again at what expires
     */
    List<Difference> compare(int db, List<byte[]> page, boolean patient) throws IOException {
        List<Suspect> suspects = look(page, true);
        for (int i = 1; i < LOOKS && patient && suspects.stream().anyMatch(s -> s.look.expires()); i++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(settings.toleranceMs() + BETWEEN_LOOKS_MS));
            List<Suspect> still = new ArrayList<>();
            // One key may be suspect twice, for its moment and for its value.
            Set<byte[]> again = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Suspect suspect : suspects) {
                if (suspect.look.expires()) {
                    again.add(suspect.look.key);
                } else {
                    still.add(suspect);
                }
            }
            for (byte[] key : again) {
                still.addAll(look(List.of(key), false));
            }
            suspects = still;
        }
        return suspects.stream()
                .map(s -> new Difference(s.kind, db, s.look.key, s.detail))
                .toList();
    }

    private List<Suspect> look(List<byte[]> page, boolean first) throws IOException {
        List<Look> looks = read(page, first);
        List<Suspect> suspects = new ArrayList<>();
        List<Look> small = new ArrayList<>();
        long bytes = 0;
        for (Look look : looks) {
            if (first && look.moment != Side.ABSENT && !look.type.equals("none")) {
                count(look);
            }
            if (!sameKey(look, suspects)) {
                continue;
            }
            if (look.bytes > BIG) {
                addIfAny(suspects, look, big(look));
                continue;
            }
            small.add(look);
            bytes += look.bytes;
            if (bytes > PIPELINED_BYTES) {
                values(small, suspects);
                small.clear();
                bytes = 0;
            }
        }
        values(small, suspects);
        return suspects;
    }

    private void count(Look look) {
        keys++;
        withExpiry += look.moment == Side.NEVER ? 0 : 1;
        byType.merge(look.type, 1L, Long::sum);
    }

    private List<Look> read(List<byte[]> page, boolean first) throws IOException {
        for (byte[] key : page) {
            one.send(key, ascii("TYPE"), key);
            one.send(key, ascii("MEMORY"), ascii("USAGE"), key);
            other.send(key, ascii("TYPE"), key);
        }
        if (first) {
            one.askMoments(page);
            other.askMoments(page);
        }
        one.flush();
        other.flush();
        String[] types = new String[page.size()];
        long[] bytes = new long[page.size()];
        String[] typesThere = new String[page.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = one.read(page.get(i)).text();
            Resp size = one.read(page.get(i));
            bytes[i] = size.isNil() ? 0 : size.number();
        }
        long[] moments = first ? one.readMoments(page) : new long[page.size()];
        for (int i = 0; i < types.length; i++) {
            typesThere[i] = other.read(page.get(i)).text();
        }
        long[] momentsThere = first ? other.readMoments(page) : new long[page.size()];
        List<Look> looks = new ArrayList<>(types.length);
        for (int i = 0; i < types.length; i++) {
            byte[] key = page.get(i);
            looks.add(new Look(
                    key,
                    types[i],
                    typesThere[i],
                    first ? moments[i] : one.moment(key),
                    first ? momentsThere[i] : other.moment(key),
                    bytes[i]));
        }
        return looks;
    }

    /** Whether both sides have the key with the same type, so that values can be compared; adds what is different otherwise. */
    private boolean sameKey(Look look, List<Suspect> suspects) {
        boolean here = !look.type.equals("none");
        boolean there = !look.typeThere.equals("none");
        if (!here || !there) {
            if (here) {
                suspects.add(new Suspect(look, Kind.MISSING, "a " + look.type + moment(look.moment)));
            } else if (there) {
                suspects.add(new Suspect(look, Kind.EXTRA, "a " + look.typeThere + moment(look.momentThere)));
            }
            return false;
        }
        if (!sameMoment(look)) {
            suspects.add(new Suspect(look, Kind.EXPIRY, look.moment + " <> " + look.momentThere));
        }
        if (!look.type.equals(look.typeThere)) {
            suspects.add(new Suspect(look, Kind.TYPE, look.type + " <> " + look.typeThere));
            return false;
        }
        return true;
    }

    private boolean sameMoment(Look look) {
        if (look.moment < 0 || look.momentThere < 0) {
            return look.moment == look.momentThere && look.moment != Side.VAGUE;
        }
        return Math.abs(look.moment - look.momentThere) <= settings.toleranceMs();
    }

    private static String moment(long moment) {
        return moment < 0 ? "" : " that ends at " + moment;
    }

    private void values(List<Look> looks, List<Suspect> suspects) throws IOException {
        for (Look look : looks) {
            byte[][] command = Values.read(look.type, look.key);
            one.client(look.key).send(command);
            other.client(look.key).send(command);
        }
        one.flush();
        other.flush();
        for (Look look : looks) {
            // Errors are replies here: a key that has just expired gives one for some types.
            Resp here = one.client(look.key).read();
            Resp there = other.client(look.key).read();
            addIfAny(suspects, look, Values.difference(look.type, here, there, settings.entriesRead()));
        }
    }

    private @Nullable String big(Look look) throws IOException {
        return new BigValues(one.client(look.key), other.client(look.key), settings.entriesRead())
                .difference(look.type, look.key, look.bytes);
    }

    private static void addIfAny(List<Suspect> suspects, Look look, @Nullable String difference) {
        if (difference != null) {
            suspects.add(new Suspect(look, Kind.VALUE, difference));
        }
    }
}
