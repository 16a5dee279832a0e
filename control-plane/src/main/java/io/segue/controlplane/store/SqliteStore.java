package io.segue.controlplane.store;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * A store in one SQLite file. Write-ahead log with full synchronisation: a commit returns after the log is on disk. One
 * connection, used by one thread at a time; a lock file keeps a second process out.
 */
public final class SqliteStore implements Store {
    private static final String CONFIG_VERSION = "config_version";

    private final Connection connection;
    private final FileChannel lockFile;

    private SqliteStore(Connection connection, FileChannel lockFile) {
        this.connection = connection;
        this.lockFile = lockFile;
    }

    /**
     * Opens the store in a directory, which must exist; makes it on first use.
     *
     * @throws StoreException another process has it open, or the file cannot be used
     */
    public static SqliteStore open(Path directory) {
        FileChannel lock = lock(directory.resolve("store.lock"));
        try {
            return new SqliteStore(connect(directory.resolve("segue.db")), lock);
        } catch (SQLException e) {
            closeQuietly(lock);
            throw new StoreException("cannot open the store in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static Connection connect(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            // A deleted key keeps its row, so that its revision never goes back.
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, key TEXT NOT NULL,"
                            + " revision INTEGER NOT NULL, present INTEGER NOT NULL, body BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID");
            statement.executeUpdate(
                    "CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID");
            statement.executeUpdate("INSERT OR IGNORE INTO counter VALUES ('" + CONFIG_VERSION + "', 0)");
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private static FileChannel lock(Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock held = tryLock(channel);
            if (held == null) {
                channel.close();
                throw new StoreException(
                        "the data directory is in use by another control plane: " + file.getParent(), null);
            }
            return channel;
        } catch (IOException e) {
            throw new StoreException("cannot lock " + file + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public synchronized Optional<StoredRecord> get(Kind kind, String key) {
        return inTransaction(() -> Optional.ofNullable(read(kind, key))
                .filter(row -> row.body() != null)
                .map(row -> record(kind, key, row)));
    }

    @Override
    public synchronized List<StoredRecord> list(Kind kind, String prefix) {
        return inTransaction(() -> readAll(kind, prefix));
    }

    @Override
    public synchronized List<StoredRecord> last(Kind kind, String before, int limit) {
        return inTransaction(() -> readLast(kind, before, limit));
    }

    @Override
    public synchronized Snapshot snapshot(Kind... kinds) {
        return inTransaction(() -> {
            Map<Kind, List<StoredRecord>> records = new EnumMap<>(Kind.class);
            for (Kind kind : kinds) {
                records.put(kind, readAll(kind, ""));
            }
            return new Snapshot(readVersion(), records);
        });
    }

    @Override
    public synchronized long configVersion() {
        return inTransaction(this::readVersion);
    }

    @Override
    public synchronized Commit commit(List<Change> changes, VersionStep step) {
        return inTransaction(() -> {
            List<Change> undo = new ArrayList<>();
            for (Change change : changes) {
                undo.add(apply(change));
            }
            Collections.reverse(undo);
            if (step == VersionStep.RAISE) {
                writeVersion(readVersion() + 1);
            }
            return new Commit(readVersion(), undo);
        });
    }

    @Override
    public synchronized long raiseVersionAbove(long floor) {
        return inTransaction(() -> {
            if (readVersion() <= floor) {
                writeVersion(floor + 1);
            }
            return readVersion();
        });
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("cannot close the store: " + e.getMessage(), e);
        } finally {
            closeQuietly(lockFile);
        }
    }

    /** Does one change and returns the one that takes it back. */
    private Change apply(Change change) throws SQLException {
        @Nullable Row row = read(change.kind(), change.key());
        @Nullable ByteString before = row == null ? null : row.body();
        long actual = row == null || before == null ? Change.ABSENT : row.revision();
        if (change.expected() != Change.ANY && change.expected() != actual) {
            throw new RevisionConflictException(change, actual);
        }
        long next = (row == null ? 0 : row.revision()) + 1;
        if (change instanceof Change.Put put) {
            write(change, next, put.body());
        } else {
            write(change, next, null);
        }
        return before == null
                ? Change.delete(change.kind(), change.key())
                : Change.put(change.kind(), change.key(), before);
    }

    private record Row(long revision, @Nullable ByteString body) {}

    private @Nullable Row read(Kind kind, String key) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT revision, present, body FROM record WHERE kind = ? AND key = ?")) {
            query.setString(1, kind.name());
            query.setString(2, key);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? new Row(rows.getLong(1), rows.getBoolean(2) ? body(rows, 3) : null) : null;
            }
        }
    }

    private List<StoredRecord> readAll(Kind kind, String prefix) throws SQLException {
        List<StoredRecord> records = new ArrayList<>();
        try (PreparedStatement query =
                connection.prepareStatement("SELECT key, revision, body FROM record WHERE kind = ?"
                        + " AND present AND substr(key, 1, ?) = ? ORDER BY key")) {
            query.setString(1, kind.name());
            query.setInt(2, prefix.length());
            query.setString(3, prefix);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    records.add(record(kind, rows.getString(1), new Row(rows.getLong(2), body(rows, 3))));
                }
            }
        }
        return records;
    }

    private List<StoredRecord> readLast(Kind kind, String before, int limit) throws SQLException {
        List<StoredRecord> records = new ArrayList<>();
        try (PreparedStatement query =
                connection.prepareStatement("SELECT key, revision, body FROM record WHERE kind = ? AND present"
                        + (before.isEmpty() ? "" : " AND key < ?") + " ORDER BY key DESC LIMIT ?")) {
            int parameter = 1;
            query.setString(parameter++, kind.name());
            if (!before.isEmpty()) {
                query.setString(parameter++, before);
            }
            query.setInt(parameter, limit);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    records.add(record(kind, rows.getString(1), new Row(rows.getLong(2), body(rows, 3))));
                }
            }
        }
        return records;
    }

    private void write(Change change, long revision, @Nullable ByteString body) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "INSERT OR REPLACE INTO record (kind, key, revision, present, body) VALUES (?, ?, ?, ?, ?)")) {
            update.setString(1, change.kind().name());
            update.setString(2, change.key());
            update.setLong(3, revision);
            update.setBoolean(4, body != null);
            update.setBytes(5, body == null ? null : body.toByteArray());
            update.executeUpdate();
        }
    }

    private long readVersion() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT value FROM counter WHERE name = ?")) {
            query.setString(1, CONFIG_VERSION);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    private void writeVersion(long version) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE counter SET value = ? WHERE name = ?")) {
            update.setLong(1, version);
            update.setString(2, CONFIG_VERSION);
            update.executeUpdate();
        }
    }

    private static ByteString body(ResultSet rows, int column) throws SQLException {
        byte @Nullable [] bytes = rows.getBytes(column);
        // SQLite does not tell an empty body from none.
        return bytes == null ? ByteString.EMPTY : ByteString.copyFrom(bytes);
    }

    private static StoredRecord record(Kind kind, String key, Row row) {
        ByteString body = row.body();
        return new StoredRecord(kind, key, row.revision(), body == null ? ByteString.EMPTY : body);
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) {
        try {
            T result = work.run();
            connection.commit();
            return result;
        } catch (SQLException e) {
            rollback(e);
            throw new StoreException("the store failed: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            rollback(e);
            throw e;
        }
    }

    private void rollback(Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The process is letting go of it either way.
        }
    }
}
