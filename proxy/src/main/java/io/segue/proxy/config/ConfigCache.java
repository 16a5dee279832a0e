package io.segue.proxy.config;

import com.google.protobuf.InvalidProtocolBufferException;
import io.segue.proto.v1.ProxyConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * The last good configuration on disk, so that a proxy starts and serves without the control plane. The file holds passwords: its
 * mode is 0600. A reader sees the old file or the new one, never a part: what is written goes to a second file, is forced to
 * disk, and takes the place of the first in one step.
 *
 * <p>Layout: 8 bytes magic with format number, 4 bytes length, 4 bytes CRC-32C of the content, content. Not thread-safe.
 */
public final class ConfigCache {
    /** Name of the file in the data directory. */
    public static final String FILE = "config.pb";
    /** Name of the file that says that the first is not to be served from. */
    static final String RETIRED = "stopped";

    private static final byte[] MAGIC = "SEGUECF1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = MAGIC.length + 2 * Integer.BYTES;

    private final Path directory;
    private final Path file;
    private final Path temporary;
    private final Path retired;

    /** @param directory where the file is; must exist, on a file system with POSIX modes */
    public ConfigCache(Path directory) {
        this.directory = directory;
        this.file = directory.resolve(FILE);
        this.temporary = directory.resolve(FILE + ".tmp");
        this.retired = directory.resolve(RETIRED);
    }

    /**
     * What {@link #store} wrote last.
     *
     * @return empty if there is no file, or {@link #retire} was called after it was written
     * @throws IOException the file cannot be read, or holds something else; the message says what
     */
    Optional<ProxyConfig> load() throws IOException {
        if (Files.exists(retired)) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (bytes.length < HEADER || !startsWithMagic(bytes)) {
            throw new IOException(file + ": not a configuration of this release");
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, MAGIC.length, 2 * Integer.BYTES);
        int length = header.getInt();
        int crc = header.getInt();
        if (length != bytes.length - HEADER) {
            throw new IOException(file + ": " + (bytes.length - HEADER) + " bytes (expected: " + length + ")");
        }
        if (crc != crc(bytes, HEADER, length)) {
            throw new IOException(file + ": the checksum does not match");
        }
        try {
            return Optional.of(ProxyConfig.parser().parseFrom(bytes, HEADER, length));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException(file + ": not a configuration: " + e.getMessage(), e);
        }
    }

    /**
     * Keeps {@code config}. When this returns it survives a power cut.
     *
     * @throws IOException it could not be kept; what was there before still is
     */
    void store(ProxyConfig config) throws IOException {
        byte[] content = config.toByteArray();
        ByteBuffer buffer = ByteBuffer.allocate(HEADER + content.length);
        buffer.put(MAGIC)
                .putInt(content.length)
                .putInt(crc(content, 0, content.length))
                .put(content)
                .flip();
        // A file left by a crash may have another mode; the mode below is given at creation only.
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(retired);
        forceDirectory();
    }

    /**
     * From now on nothing is to be served from the copy, until another one is stored: the control plane is about to be told that this proxy
     * has stopped, and will make changes without it. When this returns it survives a power cut.
     *
     * @throws IOException it could not be written; the copy is good as before
     */
    void retire() throws IOException {
        Files.write(retired, new byte[0]);
        forceDirectory();
    }

    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static boolean startsWithMagic(byte[] bytes) {
        return ByteBuffer.wrap(bytes, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
