package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Up to where a source has been followed.
 *
 * @param replid the source's replication id, 40 characters
 * @param offset everything up to here has been dealt with
 * @param db database in force there
 * @param snapshotApplied whether all of the snapshot has been dealt with; without it, nothing else counts
 */
public record Checkpoint(String replid, long offset, int db, boolean snapshotApplied) {
    private static final Pattern FORM =
            Pattern.compile("segue-psync 1\n([0-9a-zA-Z]{40}) (\\d{1,18}) (\\d{1,7}) (true|false)\n");
    private static final String NAME = "psync.checkpoint";
    private static final int MAX_FILE = 200;

    /**
     * Reads what {@link #write} has written to {@code folder}.
     *
     * @return empty: there is none, or it is not readable, which is the same: only a full synchronisation helps
     */
    public static Optional<Checkpoint> read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        try {
            if (Files.size(file) > MAX_FILE) {
                return Optional.empty();
            }
            Matcher matcher = FORM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            return matcher.matches()
                    ? Optional.of(new Checkpoint(
                            matcher.group(1),
                            Long.parseLong(matcher.group(2)),
                            Integer.parseInt(matcher.group(3)),
                            Boolean.parseBoolean(matcher.group(4))))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Writes it to {@code folder} in one step: afterwards it is on disk whole. */
    void write(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        Path draft = folder.resolve(NAME + ".new");
        String text = "segue-psync 1\n" + replid + " " + offset + " " + db + " " + snapshotApplied + "\n";
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
