package io.segue.controlplane.mover.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.Ceilings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The heap of a mover does not grow with the number of keys: the first copy of 100 million of them, each twentieth of which changes meanwhile, in a
 * JVM that ends when 256 MB are not enough. Two bytes of heap for each key would be too much, beside the owed ones. What is simulated: the servers.
 */
@Timeout(180)
class ManyKeysTest {
    private static final long KEYS = Long.getLong("segue.memory.keys", 100_000_000);

    @Test
    void aHundredMillionKeysFitInto256Megabytes() throws Exception {
        Process copy = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Simulation.class.getName(),
                        Long.toString(KEYS))
                .redirectErrorStream(true)
                .start();
        String output = new String(copy.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(copy.waitFor()).as(output).isZero();
        assertThat(output).contains("copied " + KEYS + ", overflows ").doesNotContain("overflows 0");
    }

    /** The copy, in a JVM of its own. */
    static final class Simulation implements ScanCopy.Place, FirstCopy.Pages {
        private static final int OWED = 400_000;
        private static final int CHANGES = 20;
        private static final int CARRIED_OVER = 10;

        private final long keys;
        private final Throttle throttle = new Throttle(new Ceilings(0, 0, false), System::nanoTime);
        private final Counters counters = new Counters(throttle);
        private final ErrorKeys errors = new ErrorKeys();
        private final AtomicLong overflows = new AtomicLong();
        private final DirtySet owed = new DirtySet(OWED, 0, overflows::incrementAndGet);
        private final ScanCopy copy = new ScanCopy(this, new ScanCopy.Progress("", List.of(), "0"));
        private long from;
        private int count;

        private Simulation(long keys) {
            this.keys = keys;
        }

        public static void main(String[] arguments) throws IOException {
            Simulation simulation = new Simulation(Long.parseLong(arguments[0]));
            simulation.run();
            System.out.println(
                    "copied " + simulation.counters.keysCopied.sum() + ", overflows " + simulation.overflows);
        }

        private void run() throws IOException {
            copy.goBack(List.of());
            while (copy.wantsMore()) {
                if (copy.ask(this, throttle)) {
                    page();
                }
                List<DirtySet.Entry> taken = owed.take(CARRIED_OVER);
                taken.forEach(owed::copied);
                copy.collected();
            }
        }

        private void page() {
            long to = Math.min(keys, from + count);
            List<byte[]> names = new ArrayList<>(count);
            for (long key = from; key < to; key++) {
                byte[] name = new byte[16];
                for (int i = 0; i < Long.BYTES; i++) {
                    name[i] = (byte) (key >>> (8 * i));
                }
                names.add(name);
                if (key % CHANGES == 0) {
                    owed.changed(0, name);
                }
            }
            for (Item item : copy.page(0, to == keys ? "0" : Long.toString(to), names)) {
                item.size = 64;
                counters.wrote(item);
                errors.solved(item);
                if (item.page != null) {
                    item.page.open--;
                }
            }
        }

        @Override
        public void scan(int db, String cursor, int most) {
            from = Long.parseLong(cursor);
            count = most;
        }

        @Override
        public List<Integer> databases() {
            return List.of(0);
        }

        @Override
        public String runId() {
            return "simulated";
        }

        @Override
        public void came(int came, long tookNs) {
            throttle.spent(came, tookNs);
            counters.scanned(came);
        }

        @Override
        public void progress(ScanCopy.Progress progress) {
            // Nobody resumes.
        }
    }
}
