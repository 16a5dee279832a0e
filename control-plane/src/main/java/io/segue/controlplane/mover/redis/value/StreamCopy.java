package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.List;

/**
 * Copies a stream: groups, consumers and pending entries first, then the entries.
 *
 * <p>A pending entry can be made only while its entry exists, and it may be pending long after that was deleted. So each is made with a
 * stand-in of the same id; the stand-ins are trimmed away, which leaves no trace in the stream's counters as a deletion would, and the last
 * id is set back to zero, so that the true entries can be added with the same ids.
 */
final class StreamCopy {
    private static final int PAGE = 500;
    private static final int UNDER_WAY = 64;

    private final Pipe source;
    private final Pipe target;

    StreamCopy(Pipe source, Pipe target) {
        this.source = source;
        this.target = target;
    }

    void copy(byte[] key, byte[] temporary) throws IOException, Abort {
        StreamFacts facts = StreamFacts.read(source, key);
        boolean counts = create(temporary);
        boolean used = false;
        List<StreamFacts.Group> groups = StreamFacts.groups(source, key);
        for (StreamFacts.Group group : groups) {
            used |= group(key, temporary, group);
        }
        if (used) {
            xsetid(temporary, StreamId.ZERO);
        }
        long added = entries(key, temporary, StreamId.ZERO, facts.last());
        if (counts && facts.counts()) {
            finish(temporary, facts.last(), Math.max(facts.entriesAdded(), added), facts.maxDeleted());
            entriesRead(temporary, groups);
        } else if (counts) {
            // As a server does that loads a stream of an older one.
            finish(temporary, facts.last(), added, StreamId.ZERO);
        } else {
            xsetid(temporary, facts.last());
        }
    }

    /** Makes an empty stream; tells whether the target has the counters of Redis 7.0. */
    private boolean create(byte[] temporary) throws IOException, Abort {
        target.begin(6)
                .arg("XGROUP")
                .arg("CREATE")
                .arg(temporary)
                .arg("-")
                .arg("0")
                .arg("MKSTREAM");
        target.begin(4).arg("XGROUP").arg("DESTROY").arg(temporary).arg("-");
        target.settle(0);
        return StreamFacts.read(target, temporary).counts();
    }

    private void xsetid(byte[] temporary, StreamId last) throws IOException, Abort {
        target.send("XSETID", temporary, last.toString());
        target.settle(0);
    }

    private void finish(byte[] temporary, StreamId last, long added, StreamId maxDeleted) throws IOException, Abort {
        target.send(
                "XSETID",
                temporary,
                last.toString(),
                "ENTRIESADDED",
                Long.toString(added),
                "MAXDELETEDID",
                maxDeleted.toString());
        target.settle(0);
    }

    /** At the end, because Redis 8 lets no group have read more entries than there were. */
    private void entriesRead(byte[] temporary, List<StreamFacts.Group> groups) throws IOException, Abort {
        for (StreamFacts.Group group : groups) {
            if (group.entriesRead() == StreamFacts.UNTOLD) {
                continue;
            }
            target.begin(7).arg("XGROUP").arg("SETID").arg(temporary).arg(group.name());
            target.connection().arg(group.last().toString()).arg("ENTRIESREAD").arg(group.entriesRead());
            target.settle(UNDER_WAY);
        }
        target.settle(0);
    }

    /** Makes a group; tells whether it has pending entries. */
    private boolean group(byte[] key, byte[] temporary, StreamFacts.Group group) throws IOException, Abort {
        target.begin(5)
                .arg("XGROUP")
                .arg("CREATE")
                .arg(temporary)
                .arg(group.name())
                .arg(group.last().toString());
        for (byte[] consumer : StreamFacts.consumers(source, key, group.name())) {
            target.begin(5)
                    .arg("XGROUP")
                    .arg("CREATECONSUMER")
                    .arg(temporary)
                    .arg(group.name())
                    .arg(consumer);
            target.settle(UNDER_WAY);
        }
        target.settle(0);
        StreamId first = StreamId.ZERO;
        List<StreamFacts.Pending> page;
        boolean any = false;
        do {
            page = StreamFacts.pending(source, key, group.name(), first, PAGE);
            if (!page.isEmpty()) {
                claim(temporary, group.name(), page, !any);
                any = true;
                first = page.get(page.size() - 1).id();
                if (first.equals(StreamId.MAX)) {
                    break;
                }
                first = first.next();
            }
        } while (page.size() == PAGE);
        return any;
    }

    private void claim(byte[] temporary, byte[] group, List<StreamFacts.Pending> page, boolean first)
            throws IOException, Abort {
        if (first) {
            xsetid(temporary, StreamId.ZERO);
        }
        for (StreamFacts.Pending pending : page) {
            target.send("XADD", temporary, pending.id().toString(), "-", "-");
            target.begin(12)
                    .arg("XCLAIM")
                    .arg(temporary)
                    .arg(group)
                    .arg(pending.consumer())
                    .arg(0);
            target.connection().arg(pending.id().toString()).arg("TIME").arg(pending.deliveredMs());
            target.connection()
                    .arg("RETRYCOUNT")
                    .arg(pending.deliveries())
                    .arg("FORCE")
                    .arg("JUSTID");
        }
        for (StreamFacts.Pending pending : page) {
            target.text();
            if (Pipe.list(target.read()).size() != 1) {
                throw Abort.failed("entry " + pending.id() + " cannot be made pending in group "
                        + StreamFacts.latin(group) + ": XCLAIM … FORCE does nothing");
            }
        }
        target.send("XTRIM", temporary, "MAXLEN", "0");
        target.settle(0);
    }

    /**
     * Adds the entries of {@code key} after one id and up to another to the stream {@code to}.
     *
     * @return how many
     */
    long entries(byte[] key, byte[] to, StreamId after, StreamId last) throws IOException, Abort {
        Window window = new Window();
        RedisConnection from = source.connection();
        StreamId done = after;
        long added = 0;
        while (done.compareTo(last) < 0) {
            long received = from.received();
            source.send("XRANGE", key, done.next().toString(), last.toString(), "COUNT", "" + window.count());
            long items = source.array();
            for (long i = 0; i < items; i++) {
                done = StreamId.of(entry(from, to));
            }
            target.settle(UNDER_WAY);
            added += items;
            if (items < window.count()) {
                break;
            }
            window.saw(items, from.received() - received);
        }
        target.settle(0);
        return added;
    }

    private String entry(RedisConnection from, byte[] to) throws IOException {
        if (Bulks.items(from) != 2) {
            throw new IOException("an unexpected entry of a stream (expected: an id and its fields)");
        }
        String id = Bulks.text(from);
        long strings = Bulks.items(from);
        target.begin(Math.toIntExact(3 + strings)).arg("XADD").arg(to).arg(id);
        for (long i = 0; i < strings; i++) {
            Bulks.pass(from, target.connection());
        }
        return id;
    }
}
