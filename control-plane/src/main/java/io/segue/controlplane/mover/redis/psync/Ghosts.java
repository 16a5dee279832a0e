package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the stream that the source has lost, kept on disk until its keys have been dealt with.
 *
 * @param from offset before its first byte
 * @param to offset of its last byte
 * @param db database in force at {@code from}
 * @param known whether the bytes were at hand; if not, any key may be concerned
 */
record Ghosts(Path file, long from, long to, int db, boolean known) {
    private static final Pattern NAME = Pattern.compile("ghosts-(\\d{1,18})-(\\d{1,18})-(\\d{1,7})-(keys|all)\\.part");
    private static final int COPY = 128 * 1024;

    /** Reads what a name says; null: it is no such file. */
    static @Nullable Ghosts of(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches()
                ? new Ghosts(
                        file,
                        Long.parseLong(name.group(1)),
                        Long.parseLong(name.group(2)),
                        Integer.parseInt(name.group(3)),
                        name.group(4).equals("keys"))
                : null;
    }

    /** Copies the bytes after {@code from} up to {@code to} out of {@code spool}; afterwards they are on disk. */
    static Ghosts write(Path folder, StreamSpool spool, long from, long to, int db, boolean known) throws IOException {
        String name = "ghosts-" + from + "-" + to + "-" + db + "-" + (known ? "keys" : "all") + ".part";
        Path draft = folder.resolve(name + ".new");
        try (FileChannel out = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            if (known) {
                spool.read(from, to, (bytes, first, last) -> {
                    ByteBuffer left = ByteBuffer.wrap(bytes, first, last - first);
                    while (left.hasRemaining()) {
                        out.write(left);
                    }
                });
            }
            out.force(true);
        }
        Path file = folder.resolve(name);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new Ghosts(file, from, to, db, known);
    }

    /** Names the keys. */
    void tell(KeyTable table, ChangeSink sink) throws IOException {
        if (!known) {
            sink.everything("the source has lost its history after offset " + from + ", up to " + to
                    + "; what that touched is not known");
            return;
        }
        StreamParser parser = new StreamParser(table, sink);
        parser.reset(from, db);
        byte[] bytes = new byte[COPY];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                parser.feed(bytes, 0, count);
            }
        }
    }
}
