package io.segue.loadtest.bench;

import java.util.List;
import java.util.Locale;

/**
 * One kind of load.
 *
 * @param command GET or SET, of random keys
 * @param pipeline how many commands a client sends before it waits for the replies
 * @param clients connections
 * @param valueBytes length of the values
 * @param keys how many different keys
 */
record Scenario(String command, int pipeline, int clients, int valueBytes, int keys) {
    /** What the issue asks for: GET and SET, pipeline 1 and 16, 50 clients, 64 bytes. */
    static List<Scenario> standard() {
        return List.of(of("GET", 1), of("SET", 1), of("GET", 16), of("SET", 16));
    }

    /** For tables: "GET, pipeline 16". */
    String label() {
        return command + ", pipeline " + pipeline;
    }

    /** The key with this number, as redis-benchmark spells it. */
    static String key(int number) {
        return String.format(Locale.ROOT, "key:%012d", number);
    }

    private static Scenario of(String command, int pipeline) {
        return new Scenario(command, pipeline, 50, 64, 100_000);
    }
}
