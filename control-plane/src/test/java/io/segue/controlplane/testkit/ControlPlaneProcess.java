package io.segue.controlplane.testkit;

import io.segue.controlplane.ControlPlaneMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program in a process of its own, as operators run it. */
public final class ControlPlaneProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile(
            "ready rest=127\\.0\\.0\\.1:(\\d+) grpc=127\\.0\\.0\\.1:(\\d+) admin=127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final Matcher ports;

    public ControlPlaneProcess(Path dataDir, Optional<String> token) throws IOException {
        process = launch(
                token, "--rest=127.0.0.1:0", "--grpc=127.0.0.1:0", "--admin=127.0.0.1:0", "--data-dir=" + dataDir);
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        ports = READY.matcher(String.valueOf(line));
        if (!ports.matches()) {
            process.destroyForcibly();
            throw new AssertionError("first line: " + line);
        }
    }

    /** Starts the program with any arguments. */
    public static Process launch(Optional<String> token, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ControlPlaneMain.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("SEGUE_ADMIN_TOKEN");
        token.ifPresent(text -> builder.environment().put("SEGUE_ADMIN_TOKEN", text));
        return builder.start();
    }

    public InetSocketAddress rest() {
        return port(1);
    }

    public InetSocketAddress admin() {
        return port(3);
    }

    private InetSocketAddress port(int group) {
        return InetSocketAddress.createUnresolved("127.0.0.1", Integer.parseInt(ports.group(group)));
    }

    /** As {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** As {@code kill} does; returns whether it stopped within ten seconds. */
    public boolean terminate() throws InterruptedException {
        process.destroy();
        return process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
