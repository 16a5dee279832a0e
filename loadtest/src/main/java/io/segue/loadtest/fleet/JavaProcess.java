package io.segue.loadtest.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A JVM of the same Java and class path as this one, writing to a log file. {@link #close} may be called from any thread. */
public final class JavaProcess implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final int SHOWN_LINES = 40;

    private final String name;
    private final Process process;
    private final Path log;

    private JavaProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program of Segue. The environment variable SEGUE_JAVA_OPTS adds options to its JVM, as with the launcher.
     *
     * @param name for messages, "proxy-1"
     * @param environment added to this process's own
     * @param log appended to
     */
    public static JavaProcess start(
            String name, Program program, List<String> arguments, Map<String, String> environment, Path log) {
        List<String> jvm = new ArrayList<>(program.jvmOptions());
        if (Runtime.version().feature() >= 24) {
            jvm.add("--enable-native-access=ALL-UNNAMED");
            jvm.add("--sun-misc-unsafe-memory-access=allow");
        }
        String more = System.getenv("SEGUE_JAVA_OPTS");
        if (more != null && !more.isBlank()) {
            jvm.addAll(List.of(more.strip().split("\\s+", -1)));
        }
        return start(name, jvm, program.mainClass(), arguments, environment, log);
    }

    /** Starts any main class of the class path. */
    public static JavaProcess start(
            String name,
            List<String> jvmOptions,
            String mainClass,
            List<String> arguments,
            Map<String, String> environment,
            Path log) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(NULL_DEVICE.toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            return new JavaProcess(name, builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    private static final Path NULL_DEVICE = Path.of("/dev/null");

    /** What it is called in messages. */
    public String name() {
        return name;
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits at most {@code timeout} for its end; returns whether it has ended. */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Its exit code.
     *
     * @throws IllegalThreadStateException if it still runs
     */
    public int exitCode() {
        return process.exitValue();
    }

    /** Ends it at once (SIGKILL) and waits until it is gone. */
    public void kill9() {
        process.destroyForcibly();
        awaitEndQuietly();
    }

    /** Asks it to end (SIGTERM) and does not wait. */
    public void askToEnd() {
        process.destroy();
    }

    /** Asks it to end (SIGTERM); does so by force if it has not after 5 s. */
    @Override
    public void close() {
        process.destroy();
        if (!awaitEndQuietly()) {
            kill9();
        }
    }

    /** All that it has written so far. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "(cannot read " + log + ": " + e.getMessage() + ")";
        }
    }

    /**
     * Waits until {@code ready} holds.
     *
     * @throws IllegalStateException if the process ends before, or time is up; the message holds the end of its output
     */
    public void await(String what, Duration timeout, Condition ready) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!ready.holds()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(name + " ended with exit code " + process.exitValue()
                        + " before it was " + what + ". Its output, in " + log + ":\n" + lastLines());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(name + " is not " + what + " after " + timeout.toSeconds()
                        + " s. Its output, in " + log + ":\n" + lastLines());
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    private String lastLines() {
        List<String> lines = output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    }

    private boolean awaitEndQuietly() {
        try {
            return process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Something to wait for. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it is so now. */
        boolean holds() throws InterruptedException;
    }
}
