package io.segue.loadtest.fleet;

import java.util.List;

/** A program of Segue and how its JVM is started: the same options as in the launcher script, which a test compares. */
public enum Program {
    /** REST, gRPC and configuration push. */
    CONTROL_PLANE("control-plane", "io.segue.controlplane.ControlPlaneMain", "-XX:+UseSerialGC -Xmx512m"),
    /** What applications connect to. */
    PROXY(
            "proxy",
            "io.segue.proxy.ProxyMain",
            "-XX:+UseParallelGC -Xms64m -Xmx512m -XX:MaxDirectMemorySize=2g -XX:+ExitOnOutOfMemoryError"
                    + " -Dio.netty.tryReflectionSetAccessible=true --add-opens=java.base/java.nio=ALL-UNNAMED");

    private final String command;
    private final String mainClass;
    private final String jvmOptions;

    Program(String command, String mainClass, String jvmOptions) {
        this.command = command;
        this.mainClass = mainClass;
        this.jvmOptions = jvmOptions;
    }

    /** The word that starts it: {@code ./segue proxy}. */
    public String command() {
        return command;
    }

    /** Its main class. */
    public String mainClass() {
        return mainClass;
    }

    /** Options of its JVM. */
    public List<String> jvmOptions() {
        return List.of(jvmOptions.split(" ", -1));
    }
}
