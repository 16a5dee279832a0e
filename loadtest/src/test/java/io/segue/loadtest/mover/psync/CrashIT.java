package io.segue.loadtest.mover.psync;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.redis.psync.Checkpoint;
import io.segue.controlplane.mover.redis.psync.Position;
import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash leaves is what is in the folder at that moment: links are opened on copies of it. */
@NeedsRedis
class CrashIT {
    private static final int KEYS = 4_000;
    private static final int CRASHES = 12;

    @TempDir
    Path folder;

    @TempDir
    Path copies;

    @Test
    void whateverMomentTheCrashHits_everyKeyAfterTheCheckpointIsNamedAgain() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Recorder recorder = new Recorder();
        Map<Long, Integer> covered = new HashMap<>();
        List<Path> crashed = new ArrayList<>();
        try (RedisServer server =
                        RedisServer.builder().config("repl-backlog-size 4mb").start();
                RespClient client = server.connect()) {
            try (ReplicationLink link = Links.open(server.port(), folder, recorder)) {
                Links.drop(link, recorder);
                recorder.take();
                write(client, link, recorder, covered, crashed, random);
                Links.caughtUp(server, recorder);
            }
            assertThat(crashed).hasSize(CRASHES);
            for (Path copy : crashed) {
                comesBack(server, copy, covered);
            }
        }
    }

    private void write(
            RespClient client,
            ReplicationLink link,
            Recorder recorder,
            Map<Long, Integer> covered,
            List<Path> crashed,
            Random random)
            throws IOException {
        for (int i = 0; i < KEYS; i++) {
            client.send("SET", "k" + i, "x".repeat(random.nextInt(300)));
            if (random.nextInt(100) == 0) {
                client.flush();
                Position position;
                synchronized (recorder) {
                    position = recorder.position();
                    covered.put(position.offset(), recorder.toldAtPosition());
                }
                link.checkpoint(position);
            }
            if (i % (KEYS / CRASHES) == KEYS / CRASHES - 1) {
                client.flush();
                crashed.add(copy(crashed.size()));
            }
        }
        client.flush();
        for (int i = 0; i < KEYS; i++) {
            client.read();
        }
    }

    private Path copy(int number) throws IOException {
        Path to = Files.createDirectory(copies.resolve("crash" + number));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                try {
                    Files.copy(file, to.resolve(file.getFileName()));
                } catch (NoSuchFileException e) {
                    // Taken away meanwhile.
                }
            }
        }
        return to;
    }

    private static void comesBack(RedisServer server, Path copy, Map<Long, Integer> covered) throws IOException {
        Checkpoint checkpoint = Checkpoint.read(copy).orElseThrow();
        Recorder second = new Recorder();
        try (ReplicationLink link = Links.open(server.port(), copy, second)) {
            Links.caughtUp(server, second);
            assertThat(link.received()).isGreaterThan(checkpoint.offset());
        }
        Set<String> told = new HashSet<>(second.take());
        assertThat(told).doesNotContain("full").contains("continued");
        for (int i = covered.getOrDefault(checkpoint.offset(), 0); i < KEYS; i++) {
            assertThat(told).contains("key 0 k" + i);
        }
    }
}
