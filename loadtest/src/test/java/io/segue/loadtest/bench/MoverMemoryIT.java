package io.segue.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The heap of a mover stays small, whatever it copies: a JVM with little of it ends at once when that is not enough. */
@Timeout(180)
class MoverMemoryIT {
    /** The longest string there is. */
    private static final int LONGEST = 512 * 1024 * 1024;
    /** Of the 100 million that shall fit: with 16 bytes of heap for each, these would not do in 48 MB. */
    private static final long MADE_UP = Long.getLong("segue.memory.keys", 3_000_000);

    @TempDir
    Path folder;

    private MoverProcess mover(int megabytes) throws Exception {
        return MoverProcess.start(
                List.of("-XX:+UseSerialGC", "-Xmx" + megabytes + "m", "-XX:+ExitOnOutOfMemoryError"), folder);
    }

    @Test
    @NeedsRedis
    void aValueOf512Megabytes() throws Exception {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                MoverProcess mover = mover(128)) {
            source.call("SETRANGE", "big", Integer.toString(LONGEST - 3), "end");
            source.call("SET", "small", "1");

            System.out.println(mover.copy("tracking", source, target, false));

            assertThat(target.call("STRLEN", "big").number()).isEqualTo(LONGEST);
            assertThat(target.call("GETRANGE", "big", "-4", "-1").bytes()).containsExactly(0, 'e', 'n', 'd');
            assertThat(target.call("GET", "small").text()).isEqualTo("1");
        }
    }

    /** What is simulated: both servers. The mover's code, its connections and its pages are the real ones. */
    @Test
    void manyKeys() throws Exception {
        byte[] payload = new byte[80];
        try (MadeUpServer source = new MadeUpServer(MADE_UP, payload);
                MadeUpServer target = new MadeUpServer(0, payload);
                MoverProcess mover = mover(48)) {
            mover.copy("tracking", source.port(), target.port());

            assertThat(target.restored()).isEqualTo(MADE_UP);
        }
    }
}
