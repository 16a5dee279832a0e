package io.segue.proxy.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The journal as a small text file in the data directory: one migration uuid a line; no file while there is none. Thread-safe. */
public final class FileDualWriteJournal implements DualWriteJournal {
    /** Name of the file in the data directory. */
    public static final String FILE = "dual-writes";

    private final Path directory;
    private final Path file;
    private final Set<String> interrupted;
    private Set<String> written;

    private FileDualWriteJournal(Path directory, Path file, Set<String> interrupted) {
        this.directory = directory;
        this.file = file;
        this.interrupted = interrupted;
        this.written = interrupted;
    }

    /**
     * Reads what the process before this one left.
     *
     * @throws IOException the file is there and cannot be read
     */
    public static FileDualWriteJournal open(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        Set<String> left;
        try {
            left = Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (NoSuchFileException e) {
            left = Set.of();
        }
        return new FileDualWriteJournal(directory, file, left);
    }

    @Override
    public boolean interrupted(String migrationUuid) {
        return interrupted.contains(migrationUuid);
    }

    @Override
    public synchronized void running(Set<String> migrationUuids) throws IOException {
        if (migrationUuids.equals(written)) {
            return;
        }
        if (migrationUuids.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            replace(String.join("\n", new TreeSet<>(migrationUuids)) + "\n");
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
        written = Set.copyOf(migrationUuids);
    }

    private void replace(String content) throws IOException {
        Path temporary = directory.resolve(FILE + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
