package io.segue.loadtest.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real redis-server in its own process, on the loopback address, with its own temporary folder. It keeps nothing on disk
 * unless a configuration line says so. {@link #close} ends it and removes the folder. Not thread-safe, except that {@link #close} may
 * be called from a shutdown hook.
 */
public final class RedisServer implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final int PORT_TRIES = 5;

    private final RedisBinary binary;
    private final int port;
    private final @Nullable String password;
    private final Path folder;
    private volatile Process process;

    private RedisServer(RedisBinary binary, int port, @Nullable String password, Path folder, Process process) {
        this.binary = binary;
        this.port = port;
        this.password = password;
        this.folder = folder;
        this.process = process;
    }

    /** A server with nothing special about it. */
    public static RedisServer start() {
        return builder().start();
    }

    /** Says what kind of server to start. */
    public static Builder builder() {
        return new Builder();
    }

    /** The programs that run on this machine, the preferred one first: an installed one and a bundled one, where possible. */
    public static List<RedisBinary> available() {
        return RedisBinaries.find().usable();
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The process id; another one after {@link #restart}. */
    public long pid() {
        return process.pid();
    }

    /** Version as the program states it. */
    public String version() {
        return binary.version();
    }

    /** The program it runs. */
    public RedisBinary binary() {
        return binary;
    }

    /** Its working folder, with redis.conf and output.log. */
    public Path folder() {
        return folder;
    }

    /** Whether the process exists; true also while it is stopped by {@link #stopSignal}. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** A new connection, logged in. */
    public RespClient connect() {
        try {
            return login(RespClient.connect(port));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to redis-server on port " + port, e);
        }
    }

    /** Sends one command on its own connection. */
    public Resp call(String... command) {
        try (RespClient client = connect()) {
            return client.call(command);
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server on port " + port, e);
        }
    }

    /** Ends the process at once (SIGKILL) and waits until it is gone. */
    public void kill9() {
        destroy(process);
    }

    /** Freezes the process (SIGSTOP): its sockets stay open, nothing answers. */
    public void stopSignal() {
        signal("STOP");
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void cont() {
        signal("CONT");
    }

    /** Ends the process if it runs, and starts a new one on the same port and folder. */
    public void restart() {
        destroy(process);
        process = launch(binary, folder);
        awaitAnswer();
    }

    /**
     * Makes this a replica of {@code primary}, which from now on starts its replication without the usual delay; returns at once. Lasts
     * until {@link #promote} or {@link #restart}.
     */
    public void replicaOf(RedisServer primary) {
        expectOk(primary, "CONFIG", "SET", "repl-diskless-sync-delay", "0");
        if (primary.password != null) {
            expectOk(this, "CONFIG", "SET", "masterauth", primary.password);
        }
        expectOk(this, "REPLICAOF", "127.0.0.1", Integer.toString(primary.port));
    }

    /** Makes this replica a primary, with what it holds. */
    public void promote() {
        expectOk(this, "REPLICAOF", "NO", "ONE");
    }

    /**
     * Waits until this replica has all that its primary had executed when it was asked.
     *
     * @throws IllegalStateException if that does not come about within {@code limit}, or this is no replica
     */
    public void awaitInSync(RedisServer primary, Duration limit) {
        String own = call("INFO", "replication").text();
        if (!own.contains("role:slave") || !own.contains("master_port:" + primary.port + "\r")) {
            throw new IllegalStateException("port " + port + " is no replica of port " + primary.port + ": " + own);
        }
        Wait.until(
                "the first copy from port " + primary.port,
                limit,
                () -> replication("master_link_status").equals("up"));
        long offset = Long.parseLong(primary.replication("master_repl_offset"));
        Wait.until(
                "offset " + offset + " of port " + primary.port,
                limit,
                () -> replication("master_link_status").equals("up")
                        && Long.parseLong(replication("slave_repl_offset")) >= offset);
    }

    /** A field of INFO replication; empty if there is none. */
    private String replication(String field) {
        return call("INFO", "replication")
                .text()
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    private static void expectOk(RedisServer server, String... command) {
        Resp reply = server.call(command);
        if (reply.isError()) {
            throw new IllegalStateException(command[0] + " on port " + server.port + ": " + reply);
        }
    }

    /** Ends the process, in whatever state it is, and removes the folder. */
    @Override
    public void close() {
        destroy(process);
        Folders.delete(folder);
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending SIG" + name, e);
        }
    }

    private static Process launch(RedisBinary binary, Path folder) {
        try {
            return new ProcessBuilder(
                            binary.path().toString(),
                            folder.resolve("redis.conf").toString())
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("output.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + binary, e);
        }
    }

    private void awaitAnswer() {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!answers()) {
            if (!process.isAlive()) {
                throw new StartFailedException(binary + " ended at once. Its output:\n" + output());
            }
            if (System.nanoTime() > deadline) {
                throw new StartFailedException(binary + " did not answer within " + START_TIMEOUT.toSeconds()
                        + " s. Its output:\n" + output());
            }
        }
    }

    private boolean answers() {
        try (RespClient client = login(RespClient.connect(port))) {
            // Asks who it is: somebody else's server may have been faster with the port.
            String info = client.call("INFO").text();
            // It also answers while it reads what a full synchronisation has left on its disk, and executes nothing
            // then.
            return info.contains("process_id:" + process.pid() + "\r") && info.contains("\nloading:0\r");
        } catch (ConnectException e) {
            pause();
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private void pause() {
        try {
            // Waiting on the process itself: a server that dies ends the wait.
            process.waitFor(10, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for redis-server", e);
        }
    }

    private RespClient login(RespClient client) throws IOException {
        if (password != null) {
            Resp reply = client.call("AUTH", password);
            if (reply.isError()) {
                client.close();
                throw new IOException("redis-server on port " + port + " refuses the password: " + reply.text());
            }
        }
        return client;
    }

    private String output() {
        try {
            return Files.readString(folder.resolve("output.log"));
        } catch (IOException e) {
            return "(no output: " + e.getMessage() + ")";
        }
    }

    private static void destroy(Process process) {
        process.destroyForcibly();
        try {
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("redis-server " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server did not come up; the message holds its output. */
    public static final class StartFailedException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        StartFailedException(String message) {
            super(message);
        }
    }

    /** What kind of server to start. */
    public static final class Builder {
        private int port;
        private @Nullable String password;
        private @Nullable RedisBinary binary;
        private final List<String> lines = new ArrayList<>();

        private Builder() {}

        /** Port to listen on; 0, the default, picks a free one. */
        public Builder port(int value) {
            this.port = value;
            return this;
        }

        /** Password of the default user; none by default. */
        public Builder password(String value) {
            this.password = value;
            return this;
        }

        /** Program to run; the preferred one of this machine by default. */
        public Builder binary(RedisBinary value) {
            this.binary = value;
            return this;
        }

        /** Adds a line of redis.conf, "maxmemory 100mb". */
        public Builder config(String line) {
            lines.add(line);
            return this;
        }

        /**
         * Starts the server and waits until it answers.
         *
         * @throws IllegalStateException if no redis-server runs on this machine
         * @throws StartFailedException if it does not come up; the message holds the server's output
         */
        public RedisServer start() {
            RedisBinary program = binary == null ? RedisBinaries.find().preferred() : binary;
            for (int attempt = 1; ; attempt++) {
                try {
                    return start(program, port == 0 ? FreePorts.one() : port);
                } catch (StartFailedException e) {
                    // Somebody was faster with the free port.
                    if (port != 0
                            || attempt == PORT_TRIES
                            || !String.valueOf(e.getMessage()).contains("already in use")) {
                        throw e;
                    }
                }
            }
        }

        private RedisServer start(RedisBinary program, int chosenPort) {
            Path folder = prepareFolder(chosenPort);
            RedisServer server = new RedisServer(program, chosenPort, password, folder, launch(program, folder));
            boolean up = false;
            try {
                server.awaitAnswer();
                up = true;
                return server;
            } finally {
                if (!up) {
                    server.close();
                }
            }
        }

        private Path prepareFolder(int chosenPort) {
            List<String> config = new ArrayList<>(List.of(
                    "bind 127.0.0.1", "port " + chosenPort, "daemonize no", "save \"\"", "appendonly no", "dir ."));
            if (password != null) {
                config.add("requirepass " + password);
            }
            config.addAll(lines);
            try {
                Path folder = Files.createTempDirectory("segue-redis");
                Files.write(folder.resolve("redis.conf"), config);
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write redis.conf", e);
            }
        }
    }
}
