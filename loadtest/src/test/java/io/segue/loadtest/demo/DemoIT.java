package io.segue.loadtest.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fleet.JavaProcess;
import io.segue.loadtest.redis.NeedsRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demo as its users do, in a process of its own. */
@NeedsRedis
@Timeout(180)
class DemoIT {
    @TempDir
    Path folder;

    @Test
    void demo_everythingHoldsAndNothingIsLeft() throws Exception {
        // Enough reads and keys for the shares that the report checks: 3 points are more than four standard deviations.
        try (JavaProcess demo = start("--duration", "15s", "--rate", "3000", "--keys", "20000")) {
            List<ProcessHandle> children = awaitChildren(demo);

            assertThat(demo.awaitEnd(Duration.ofMinutes(2))).isTrue();

            assertThat(demo.output())
                    .contains(
                            "1/13 before",
                            "2/13 canary 5 %",
                            "4/13 canary 75 %",
                            "5/13 cutover 100 %",
                            "6/13 rolled back")
                    .contains("7/13 guarded 25 %", "8/13 NEW has failed", "guardrail breached")
                    .contains("9/13 blue", "10/13 green", "11/13 blue again", "12/13 green again", "13/13 completed")
                    .contains(
                            "POST /rollback: all traffic is on OLD again",
                            "PATCH /toggle: all traffic is on NEW (green)")
                    .contains("NEW has all of it and follows", "POST /verify under load: done", "clean: true")
                    .containsPattern("copy  following +20,\\d{3} of 20,\\d{3} keys")
                    .contains("writes missing on NEW                   0")
                    .contains("keys compared on NEW               20,000")
                    .contains("All of it held");
            assertThat(demo.exitCode()).isZero();
            assertThat(children).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void demo_stoppedInTheMiddleLeavesNothing() throws Exception {
        try (JavaProcess demo = start("--duration", "100s", "--rate", "500", "--keys", "600")) {
            List<ProcessHandle> children = awaitChildren(demo);
            demo.await("under load", Duration.ofMinutes(1), () -> demo.output().contains("1/13 before"));

            demo.askToEnd();

            assertThat(demo.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(demo.exitCode()).isEqualTo(143);
            assertThat(demo.output()).doesNotContain("Exception", "FAILED");
            assertThat(children).noneMatch(ProcessHandle::isAlive);
        }
    }

    @Test
    void demo_wrongOptionsAreSaid() throws Exception {
        try (JavaProcess demo = start("--rate", "0")) {
            assertThat(demo.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(demo.exitCode()).isEqualTo(2);
            assertThat(demo.output()).contains("--rate: 0.0 (expected: above 0)");
        }
    }

    private JavaProcess start(String... arguments) {
        return JavaProcess.start(
                "demo",
                List.of("-Xmx512m"),
                Demo.class.getName(),
                List.of(arguments),
                Map.of(),
                folder.resolve("demo.log"));
    }

    /** Two servers, the control plane and two proxies. */
    private static List<ProcessHandle> awaitChildren(JavaProcess demo) throws InterruptedException {
        List<ProcessHandle> children = new ArrayList<>();
        demo.await("complete", Duration.ofMinutes(1), () -> {
            children.clear();
            ProcessHandle.of(demo.pid())
                    .ifPresent(handle -> children.addAll(handle.children().toList()));
            return children.size() == 5;
        });
        return children;
    }
}
