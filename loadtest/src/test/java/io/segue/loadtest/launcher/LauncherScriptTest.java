package io.segue.loadtest.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fleet.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher in a copy of the project's outline, with a Maven wrapper and a Java that only tell how they were called. */
@Timeout(60)
class LauncherScriptTest {
    private static final Path SCRIPT = Path.of("..", "segue").toAbsolutePath().normalize();
    private static final String STANDARD_PATH = "/usr/bin:/bin";

    @TempDir
    Path folder;

    private Path home;
    private Path javaHome;

    @BeforeEach
    void outline() throws IOException {
        home = Files.createDirectories(folder.resolve("a project"));
        Files.createDirectories(home.resolve("core/src/main/java"));
        Files.createDirectories(home.resolve(".mvn"));
        Files.writeString(home.resolve("core/src/main/java/A.java"), "class A {}");
        Files.writeString(home.resolve("pom.xml"), "<project>\n  <version>1.2.3</version>\n</project>\n");
        Files.copy(SCRIPT, home.resolve("segue"));
        assertThat(home.resolve("segue").toFile().setExecutable(true)).isTrue();
        program(
                home.resolve("mvnw"),
                "echo \"$@\" >>builds",
                "mkdir -p loadtest/target/lib",
                "touch loadtest/target/segue-loadtest-1.2.3.jar");
        javaHome = fakeJava("17.0.15");
    }

    @Test
    void script_isValidForEveryShell() throws Exception {
        assertThat(run(home, Map.of(), "sh", "-n", SCRIPT.toString()).code()).isZero();
        assertThat(Files.readString(SCRIPT)).startsWith("#!/bin/sh\n");
    }

    @Test
    void proxyAndControlPlane_getTheSameJvmOptionsAsInTheDemo() throws Exception {
        for (Program program : Program.values()) {
            Result result = launch(program.command(), "--threads", "1");

            assertThat(result.code()).isZero();
            assertThat(result.output())
                    .contains("ARGUMENTS: " + String.join(" ", program.jvmOptions()) + " -cp ")
                    .contains(" " + program.mainClass() + " --threads 1\n");
        }
    }

    @Test
    void everyMainClassExists() throws IOException {
        String script = Files.readString(SCRIPT);
        assertThat(script)
                .contains("main_class=io.segue.loadtest.demo.Demo")
                .contains("main_class=io.segue.loadtest.bench.Bench");
        for (String name : List.of("io/segue/loadtest/demo/Demo", "io/segue/loadtest/bench/Bench")) {
            assertThat(getClass().getClassLoader().getResource(name + ".class")).isNotNull();
        }
    }

    @Test
    void demo_buildsOnceAndAgainOnlyWhenASourceIsNewer() throws Exception {
        assertThat(launch("demo").output()).contains("building").contains("io.segue.loadtest.demo.Demo");
        assertThat(launch("demo").output()).doesNotContain("building");
        assertThat(builds()).containsExactly("-q -B -Dquick package");

        Files.setLastModifiedTime(
                home.resolve("core/src/main/java/A.java"),
                FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(launch("demo").output()).contains("building");
        assertThat(builds()).hasSize(2);
    }

    @Test
    void demo_startedTwiceAtOnceBuildsOnce() throws Exception {
        program(
                home.resolve("mvnw"),
                "echo \"$@\" >>builds",
                "sleep 1",
                "mkdir -p loadtest/target",
                "touch loadtest/target/segue-loadtest-1.2.3.jar");
        Process first = start(home, environment(), home.resolve("segue").toString(), "demo");
        Process second = start(home, environment(), home.resolve("segue").toString(), "demo");

        assertThat(List.of(result(first).code(), result(second).code())).containsExactly(0, 0);
        assertThat(builds()).hasSize(1);
        assertThat(home.resolve("target/segue-build.lock")).doesNotExist();
    }

    @Test
    void demo_aLockWhoseOwnerDiedIsTakenAway() throws Exception {
        Process dead = start(home, Map.of(), "true");
        assertThat(dead.waitFor()).isZero();
        Files.createDirectories(home.resolve("target/segue-build.lock"));
        Files.writeString(home.resolve("target/segue-build.lock/pid"), dead.pid() + "\n");

        assertThat(launch("demo").code()).isZero();
    }

    @Test
    void demo_aFailedBuildIsSaidAndTriedAgainNextTime() throws Exception {
        program(home.resolve("mvnw"), "echo '[ERROR] no javac' >&2", "exit 1");

        for (int i = 0; i < 2; i++) {
            Result result = launch("demo");
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains("[ERROR] no javac")
                    .contains("the build failed")
                    .doesNotContain("ARGUMENTS");
        }
    }

    @Test
    void java_tooOldIsSaidWithItsVersionAndOrigin() throws Exception {
        for (String version : List.of("1.8.0_392", "11.0.21", "16")) {
            javaHome = fakeJava(version);

            Result result = launch("demo");

            assertThat(result.code()).isEqualTo(1);
            assertThat(result.output())
                    .contains("Java is too old", version, javaHome.toString(), "needs 17 or newer")
                    .doesNotContain("ARGUMENTS");
            assertThat(home.resolve("builds")).doesNotExist();
        }
    }

    @Test
    void java_newOnesAreTaken() throws Exception {
        for (String version : List.of("17", "21.0.4", "25-ea")) {
            javaHome = fakeJava(version);
            assertThat(launch("demo").code()).isZero();
        }
        assertThat(launch("demo").output()).contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void java_missingIsSaid() throws Exception {
        javaHome = folder.resolve("nowhere");
        assertThat(launch("demo").output()).contains("JAVA_HOME is " + javaHome);

        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "sed")) {
            program(tools.resolve(tool), "PATH=" + STANDARD_PATH, "exec " + tool + " \"$@\"");
        }
        Result result = run(
                home, Map.of("PATH", tools.toString()), home.resolve("segue").toString(), "demo");
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.output()).contains("no Java found");
    }

    @Test
    void anyFolder_andASymbolicLink() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("segue-link"), home.resolve("segue"));
        Path linkToLink = Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("segue-link"));

        for (Path script : List.of(link, linkToLink)) {
            Result result = run(elsewhere, environment(), script.toString(), "proxy", "an argument", "*");

            assertThat(result.code()).isZero();
            assertThat(result.output())
                    .contains("FOLDER: " + elsewhere.toRealPath())
                    .contains(home.toRealPath() + "/loadtest/target/lib/*")
                    .contains("io.segue.proxy.ProxyMain an argument *\n");
        }
    }

    @Test
    void options_fromTheEnvironmentComeLast() throws Exception {
        Map<String, String> environment =
                Map.of("PATH", STANDARD_PATH, "JAVA_HOME", javaHome.toString(), "SEGUE_JAVA_OPTS", "-Xmx2g -Dx=y");

        Result result = run(home, environment, home.resolve("segue").toString(), "control-plane");

        assertThat(result.output()).contains("-Xmx512m -Xmx2g -Dx=y -cp ");
    }

    @Test
    void help_version_andNonsenseNeedNoJava() throws Exception {
        javaHome = folder.resolve("nowhere");

        assertThat(launch("help").output()).contains("control-plane", "proxy", "bench", "demo", "ctl");
        assertThat(launch("--version").output()).isEqualTo("segue 1.2.3\n");
        Result nonsense = launch("frobnicate");
        assertThat(nonsense.code()).isEqualTo(2);
        assertThat(nonsense.output()).contains("unknown command: frobnicate");
    }

    private Result launch(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(home.resolve("segue").toString()));
        command.addAll(List.of(arguments));
        return run(home, environment(), command.toArray(String[]::new));
    }

    private Map<String, String> environment() {
        return Map.of("PATH", STANDARD_PATH, "JAVA_HOME", javaHome.toString());
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(home.resolve("builds"));
    }

    private Path fakeJava(String version) throws IOException {
        Path result = folder.resolve("jdk-" + version);
        Files.createDirectories(result.resolve("bin"));
        program(
                result.resolve("bin/java"),
                "if [ \"$1\" = -version ]; then",
                "    echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=1' >&2",
                "    echo 'openjdk version \"" + version + "\" 2024-01-01' >&2",
                "    exit 0",
                "fi",
                "echo \"FOLDER: $(pwd -P)\"",
                "echo \"ARGUMENTS: $*\"");
        return result;
    }

    private static void program(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Result run(Path cwd, Map<String, String> environment, String... command) throws Exception {
        return result(start(cwd, environment, command));
    }

    private static Process start(Path cwd, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(cwd.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static Result result(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), output);
    }

    private record Result(int code, String output) {}
}
