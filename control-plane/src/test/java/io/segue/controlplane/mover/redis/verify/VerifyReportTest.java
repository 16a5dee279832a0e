package io.segue.controlplane.mover.redis.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyReportTest {
    private static final KeyFacts NONE = new KeyFacts("none", Expiries.NO_KEY, 0);

    @TempDir
    Path folder;

    @Test
    void eachDifferenceIsALineAndTheSummaryIsTheLast() throws Exception {
        Path place = folder.resolve("new").resolve("report.jsonl");
        Tally tally = new Tally();
        tally.compared(7);
        tally.different(Kind.TTL);
        try (VerifyReport report = new VerifyReport(place, 2)) {
            report.add(
                    0,
                    "ключ \"1\"\n".getBytes(StandardCharsets.UTF_8),
                    Kind.TTL,
                    new KeyFacts("hash", 1_750_000_000_000L, 72),
                    new KeyFacts("hash", Expiries.NEVER, 70));
            report.add(3, new byte[] {(byte) 0xFF, 0}, Kind.MISSING, new KeyFacts("list", Expiries.NEVER, 64), NONE);
            report.add(3, new byte[] {'x'}, Kind.EXTRA, NONE, new KeyFacts("set", Expiries.NEVER, 64));
            assertThat(place).doesNotExist();
            report.complete(tally.result(State.DONE, "", 1, 2));
        }
        assertThat(Files.readAllLines(place))
                .containsExactly(
                        "{\"db\":0,\"key\":\"ключ \\\"1\\\"\\n\",\"kind\":\"ttl\","
                                + "\"authority\":{\"type\":\"hash\",\"expires_at_ms\":1750000000000,\"bytes\":72},"
                                + "\"follower\":{\"type\":\"hash\",\"bytes\":70}}",
                        "{\"db\":3,\"key_base64\":\"/wA=\",\"kind\":\"missing\","
                                + "\"authority\":{\"type\":\"list\",\"bytes\":64},\"follower\":null}",
                        "{\"summary\":true,\"state\":\"done\",\"reason\":\"\",\"started_ms\":1,\"ended_ms\":2,"
                                + "\"compared\":7,\"total\":7,\"different\":{\"missing\":0,\"extra\":0,\"value\":0,"
                                + "\"type\":0,\"ttl\":1},\"unsettled\":0,\"skipped\":0,\"repaired\":0,\"lines\":2,"
                                + "\"cut\":true}");
        try (var files = Files.list(place.getParent())) {
            assertThat(files).containsExactly(place);
        }
    }

    @Test
    void whatWasNotCompletedIsRemoved() throws Exception {
        try (VerifyReport report = new VerifyReport(folder.resolve("report"), 2)) {
            report.add(0, new byte[] {'x'}, Kind.EXTRA, NONE, new KeyFacts("set", Expiries.NEVER, 64));
        }
        assertThat(folder).isEmptyDirectory();
    }
}
