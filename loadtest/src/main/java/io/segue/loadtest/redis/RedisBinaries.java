package io.segue.loadtest.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the redis-server programs that run here. Each candidate is tried with {@code --version}, because a file that exists need
 * not run: the bundled 64-bit program wants OpenSSL, say, and then the statically linked 32-bit one takes its place.
 *
 * @param usable what runs, the preferred one first
 * @param problems one sentence for each candidate that does not run
 */
public record RedisBinaries(List<RedisBinary> usable, List<String> problems) {
    /** Environment variable that names the program to use. */
    public static final String VARIABLE = "SEGUE_REDIS_SERVER";

    private static final Pattern VERSION = Pattern.compile("v=(\\d+\\.\\d+\\.\\d+)");

    /** Makes the lists immutable. */
    public RedisBinaries {
        usable = List.copyOf(usable);
        problems = List.copyOf(problems);
    }

    /** What this machine has. Searched once per process; the extracted programs are deleted when it ends. */
    public static RedisBinaries find() {
        return Found.INSTANCE;
    }

    /**
     * The preferred program.
     *
     * @throws IllegalStateException if none runs; says what was tried
     */
    public RedisBinary preferred() {
        if (usable.isEmpty()) {
            throw new IllegalStateException("no redis-server runs on this machine. Install one, or name it in "
                    + VARIABLE + ". Tried: " + String.join("; ", problems));
        }
        return usable.get(0);
    }

    /** The preferred program of {@code origin}, if there is one that runs. */
    public Optional<RedisBinary> from(RedisBinary.Origin origin) {
        return usable.stream().filter(b -> b.origin() == origin).findFirst();
    }

    /** Searches now, in the given environment. */
    static RedisBinaries search(Map<String, String> environment, Path extractTo) {
        List<RedisBinary> usable = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String named = environment.get(VARIABLE);
        if (named != null && !named.isBlank()) {
            probe(Path.of(named), RedisBinary.Origin.ENVIRONMENT, usable, problems);
        }
        Optional<Path> installed = onPath(environment.getOrDefault("PATH", ""));
        if (installed.isPresent()) {
            probe(installed.get(), RedisBinary.Origin.INSTALLED, usable, problems);
        } else {
            problems.add("no redis-server on the PATH");
        }
        List<String> resources = resources(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        if (resources.isEmpty()) {
            problems.add(
                    "no bundled program for " + System.getProperty("os.name") + " on " + System.getProperty("os.arch"));
        }
        for (String resource : resources) {
            int before = usable.size();
            extract(resource, extractTo, problems)
                    .ifPresent(path -> probe(path, RedisBinary.Origin.BUNDLED, usable, problems));
            if (usable.size() > before) {
                break;
            }
        }
        return new RedisBinaries(usable, problems);
    }

    private static Optional<Path> onPath(String path) {
        for (String folder : path.split(File.pathSeparator, -1)) {
            if (folder.isEmpty()) {
                continue;
            }
            Path candidate = Path.of(folder, "redis-server");
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** The bundled programs for a platform, the better one first. */
    static List<String> resources(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        boolean arm = osArch.equals("aarch64") || osArch.equals("arm64");
        if (os.contains("linux")) {
            return arm
                    ? List.of("redis-server-6.2.7-linux-arm64")
                    : List.of("redis-server-6.2.6-v5-linux-amd64", "redis-server-6.2.7-linux-386");
        }
        if (os.contains("mac")) {
            return List.of(arm ? "redis-server-6.2.6-v5-darwin-arm64" : "redis-server-6.2.6-v5-darwin-amd64");
        }
        return List.of();
    }

    private static Optional<Path> extract(String resource, Path folder, List<String> problems) {
        try (InputStream in = RedisBinaries.class.getResourceAsStream("/" + resource)) {
            if (in == null) {
                problems.add("the bundled " + resource + " is not on the class path");
                return Optional.empty();
            }
            Path file = folder.resolve(resource);
            Files.copy(in, file);
            if (!file.toFile().setExecutable(true)) {
                problems.add("cannot make " + file + " executable");
                return Optional.empty();
            }
            return Optional.of(file);
        } catch (IOException e) {
            problems.add("cannot extract " + resource + " to " + folder + ": " + e);
            return Optional.empty();
        }
    }

    private static void probe(Path path, RedisBinary.Origin origin, List<RedisBinary> usable, List<String> problems) {
        try {
            Process process = new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            boolean ended = process.waitFor(5, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            Matcher version = VERSION.matcher(output);
            if (ended && process.exitValue() == 0 && version.find()) {
                usable.add(new RedisBinary(path, version.group(1), origin));
            } else {
                problems.add(path + " does not run: " + output.strip());
            }
        } catch (IOException e) {
            problems.add(path + " does not run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problems.add(path + " was not tried: interrupted");
        }
    }

    /** Holds the one search; the JVM runs it at first use. */
    private static final class Found {
        static final RedisBinaries INSTANCE = search(System.getenv(), TempFolder.create("segue-redis-bin"));

        private Found() {}
    }

    /** A folder that goes when the process ends. */
    private static final class TempFolder {
        private TempFolder() {}

        static Path create(String prefix) {
            try {
                Path folder = Files.createTempDirectory(prefix);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> Folders.delete(folder), "delete-" + prefix));
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
