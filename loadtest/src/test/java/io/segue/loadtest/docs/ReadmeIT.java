package io.segue.loadtest.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.segue.loadtest.fleet.Program;
import io.segue.loadtest.redis.FreePorts;
import io.segue.loadtest.redis.NeedsRedis;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the walk-through of README.md as it is printed, only on other ports. */
@NeedsRedis
@Timeout(120)
class ReadmeIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern CODE = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^):#]+)\\)");
    private static final List<String> PORTS = List.of("6401", "6402", "7000", "8000", "9000", "9001", "9100");

    @TempDir
    Path folder;

    @Test
    void walkThrough_worksAsPrinted() throws Exception {
        for (String tool : List.of("bash", "curl", "redis-cli", "redis-server")) {
            assumeTrue(isInstalled(tool), tool + " is not installed");
        }
        Files.createDirectory(folder.resolve("data"));
        writeLauncher();
        Files.writeString(folder.resolve("walk.sh"), script());
        File log = folder.resolve("walk.log").toFile();
        Process walk = new ProcessBuilder("bash", "walk.sh")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        boolean ended = walk.waitFor(90, TimeUnit.SECONDS);
        String output = Files.readString(log.toPath());
        if (!ended) {
            Stream.concat(walk.descendants(), Stream.of(walk.toHandle())).forEach(ProcessHandle::destroyForcibly);
        }

        assertThat(ended).as(output).isTrue();
        assertThat(walk.exitValue()).as(output).isZero();
        assertThat(output)
                .doesNotContain("\"status\":\"error\"")
                .contains(
                        "\"valid\":true",
                        "\"stage\":\"open\"",
                        "\"clean\":true",
                        "\"status\":\"running\"",
                        "\"status\":\"completed\"",
                        "\"count\":0")
                .contains("\nsegue_");
        // The answers of the control plane do not end with a line feed.
        assertThat(output.lines().filter(line -> line.equals("dan") || line.endsWith("}dan")))
                .as("on OLD, on NEW, and after completion")
                .hasSize(3);
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void links_leadSomewhere() throws IOException {
        Matcher link = LINK.matcher(Files.readString(ROOT.resolve("README.md")));
        while (link.find()) {
            assertThat(ROOT.resolve(link.group(1))).exists();
        }
    }

    /** All blocks in one script; each call of curl must succeed, and what is started in the background ends with the script. */
    private String script() throws IOException {
        StringBuilder script = new StringBuilder("set -eu\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n");
        Matcher code = CODE.matcher(Files.readString(ROOT.resolve("README.md")));
        while (code.find()) {
            script.append(code.group(1));
        }
        String text = script.toString()
                .replace("curl -s ", "curl -sS --fail-with-body ")
                .replace("kill %1 %2; wait", "kill %1 %2; wait || true");
        List<Integer> free = FreePorts.several(PORTS.size());
        for (int i = 0; i < PORTS.size(); i++) {
            text = text.replace(PORTS.get(i), Integer.toString(free.get(i)));
        }
        return text.replace(
                        "./segue control-plane",
                        "./segue control-plane --rest 127.0.0.1:" + free.get(3) + " --grpc 127.0.0.1:" + free.get(4)
                                + " --admin 127.0.0.1:" + free.get(5))
                .replace("./segue proxy", "./segue proxy --admin 127.0.0.1:" + free.get(6));
    }

    /** Starts the class path of this test, which is what is being built; the real launcher would build once more. */
    private void writeLauncher() throws IOException {
        StringBuilder launcher = new StringBuilder("#!/bin/sh\nmain=$1\nshift\ncase $main in\n");
        for (Program program : Program.values()) {
            launcher.append(program.command())
                    .append(") exec '")
                    .append(Path.of(System.getProperty("java.home"), "bin", "java"))
                    .append("' ")
                    .append(String.join(" ", program.jvmOptions()))
                    .append(" -cp '")
                    .append(System.getProperty("java.class.path"))
                    .append("' ")
                    .append(program.mainClass())
                    .append(" \"$@\" ;;\n");
        }
        Path file = folder.resolve("segue");
        Files.writeString(file, launcher.append("esac\n"));
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static boolean isInstalled(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
