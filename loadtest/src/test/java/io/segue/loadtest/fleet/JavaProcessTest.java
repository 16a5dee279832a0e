package io.segue.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaProcessTest {
    @TempDir
    Path folder;

    /** A program that says what it was given, and then waits or fails. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println("given " + arguments[0] + " and " + System.getenv("SEGUE_TEST_VALUE"));
            if (arguments[0].equals("fail")) {
                System.err.println("port 7000 is taken");
                System.exit(3);
            }
            while (arguments[0].equals("wait")) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void start_passesArgumentsAndEnvironmentAndKeepsTheOutput() throws Exception {
        try (JavaProcess child = start("end")) {
            assertThat(child.awaitEnd(Duration.ofSeconds(20))).isTrue();
            assertThat(child.exitCode()).isZero();
            assertThat(child.output()).isEqualTo("given end and 42\n");
        }
    }

    @Test
    void await_aProcessThatEndsIsReportedWithItsOutput() {
        try (JavaProcess child = start("fail")) {
            assertThatThrownBy(() -> child.await("ready", Duration.ofSeconds(20), () -> false))
                    .hasMessageContaining("child ended with exit code 3 before it was ready")
                    .hasMessageContaining("port 7000 is taken");
        }
    }

    @Test
    void await_aProcessThatIsNotReadyInTimeIsReportedAndCloseEndsIt() {
        JavaProcess child = start("wait");
        try (child) {
            assertThatThrownBy(() -> child.await("ready", Duration.ofMillis(100), () -> false))
                    .hasMessageContaining("child is not ready after");
            assertThat(child.isAlive()).isTrue();
        }
        assertThat(child.isAlive()).isFalse();
    }

    private JavaProcess start(String argument) {
        return JavaProcess.start(
                "child",
                List.of("-Xmx32m"),
                Child.class.getName(),
                List.of(argument),
                Map.of("SEGUE_TEST_VALUE", "42"),
                folder.resolve("child.log"));
    }
}
