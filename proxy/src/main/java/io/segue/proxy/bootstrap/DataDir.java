package io.segue.proxy.bootstrap;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The directory that holds a proxy's state, locked for as long as the process lives: two proxies never share one. */
final class DataDir implements AutoCloseable {
    private static final String LOCK = "proxy.lock";

    private final Path path;
    private final FileChannel lock;

    private DataDir(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is missing (mode 0700) and locks it.
     *
     * @throws IOException it cannot be made, or another process has it
     */
    static DataDir open(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new IOException(
                    "--data-dir " + path + ": another proxy uses it (expected: a directory for each proxy)");
        }
        return new DataDir(path, channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // The other proxy is in this process.
            return null;
        }
    }

    Path path() {
        return path;
    }

    /** Closing the channel releases the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
