package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection of a link, from the handshake until it breaks. On the link's thread. */
final class LinkSession {
    private static final int CHUNK = 128 * 1024;
    private static final int HEAD = 64 * 1024;

    private final String name;
    private final RedisConnection connection;
    private final LinkState state;
    private final LinkListener listener;
    private final LinkSettings settings;
    private final byte[] chunk = new byte[CHUNK];

    LinkSession(
            String name, RedisConnection connection, LinkState state, LinkListener listener, LinkSettings settings) {
        this.name = name;
        this.connection = connection;
        this.state = state;
        this.listener = listener;
        this.settings = settings;
    }

    /** Works until the link breaks, which is said with the exception. */
    void run() throws IOException {
        Handshake handshake = new Handshake(connection);
        handshake.introduce(name);
        state.begin(handshake.commands());
        Resume resume = state.resume(handshake.replication(), settings.patience());
        connection.timeout(settings.readTimeout());
        Handshake.Answer answer = handshake.psync(resume.replid(), resume.from().offset());
        if (answer.full()) {
            snapshot(handshake, answer);
        } else {
            state.goOn(resume, answer.replid());
        }
        stream();
    }

    private void snapshot(Handshake handshake, Handshake.Answer answer) throws IOException {
        String replid = answer.replid();
        if (replid == null) {
            throw new IOException("PSYNC: a snapshot without an id");
        }
        Snapshot snapshot = state.fullResync(replid, answer.offset());
        listener.fullResync(snapshot);
        SnapshotFile file = snapshot.file();
        try {
            byte[] head = receive(handshake, snapshot);
            file.complete();
            state.snapshotReceived(databaseOf(head));
        } finally {
            file.fail("the snapshot was broken off");
        }
    }

    /** Receives it all; returns its beginning. */
    private byte[] receive(Handshake handshake, Snapshot snapshot) throws IOException {
        long length = handshake.snapshotLength();
        if (length == Handshake.MARKED) {
            byte[] head = receiveToMark(handshake.mark(), snapshot.file());
            snapshot.total(snapshot.file().written());
            return head;
        }
        if (length > settings.maxSnapshotBytes()) {
            throw new SpoolFullException(
                    "a snapshot of " + length + " bytes (limit: " + settings.maxSnapshotBytes() + ")");
        }
        snapshot.total(length);
        byte[] head = new byte[0];
        for (long left = length; left > 0; ) {
            long began = System.nanoTime();
            int count = connection.readSome(chunk, 0, (int) Math.min(left, CHUNK));
            snapshot.file().append(chunk, 0, count);
            received(began);
            head = more(head, count);
            left -= count;
        }
        return head;
    }

    /** The source sends nothing after the mark until it is told that the snapshot has come. So the mark is what comes last. */
    private byte[] receiveToMark(byte[] mark, SnapshotFile file) throws IOException {
        byte[] head = new byte[0];
        int held = 0;
        while (true) {
            long began = System.nanoTime();
            held += connection.readSome(chunk, held, CHUNK - held);
            if (held >= mark.length && Arrays.equals(chunk, held - mark.length, held, mark, 0, mark.length)) {
                file.append(chunk, 0, held - mark.length);
                return more(head, held - mark.length);
            }
            // What may yet turn out to be the mark's beginning stays.
            int sure = Math.max(0, held - mark.length);
            file.append(chunk, 0, sure);
            received(began);
            head = more(head, sure);
            System.arraycopy(chunk, sure, chunk, 0, held - sure);
            held -= sure;
        }
    }

    private void received(long began) {
        if (state.snapshotsFailed() <= 1) {
            listener.pieceReceived(System.nanoTime() - began);
        }
    }

    private byte[] more(byte[] head, int count) {
        int add = Math.min(count, HEAD - head.length);
        if (add <= 0) {
            return head;
        }
        byte[] longer = Arrays.copyOf(head, head.length + add);
        System.arraycopy(chunk, 0, longer, head.length, add);
        return longer;
    }

    /** The database in which the stream begins: a replica passes on what it gets, and does not name it again. */
    private static int databaseOf(byte[] head) {
        AtomicInteger db = new AtomicInteger();
        try {
            new RdbReader(new Bytes(head)).readHead(new RdbHandler() {
                @Override
                public void entry(int inDb, byte[] key, long expireAtMs, int valueType, RdbValue value) {}

                @Override
                public void about(String field, String value) {
                    if (field.equals("repl-stream-db") && value.matches("\\d{1,6}")) {
                        db.set(Integer.parseInt(value));
                    }
                }
            });
        } catch (IOException e) {
            // Whoever reads the snapshot itself is told; a source that does not say it names the database in the
            // stream.
        }
        return db.get();
    }

    private void stream() throws IOException {
        try (Acknowledger acknowledger = new Acknowledger(name, connection, state.spool())) {
            try {
                while (true) {
                    int count = connection.readSome(chunk, 0, CHUNK);
                    state.take(chunk, count);
                }
            } catch (IOException e) {
                IOException first = acknowledger.failure();
                throw first == null ? e : first;
            } finally {
                connection.close();
            }
        }
    }

    /** Bytes in memory as a snapshot. */
    private static final class Bytes implements RdbSource {
        private final byte[] bytes;
        private int at;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count == 0 ? -1 : count;
        }

        @Override
        public boolean ready() {
            return true;
        }
    }
}
