package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCacheTest {
    @TempDir
    Path directory;

    @Test
    void givesBackWhatWasStoredLast() throws IOException {
        ConfigCache cache = new ConfigCache(directory);
        assertThat(cache.load()).isEmpty();
        cache.store(Configs.plain(1));
        // Left by a crash, with a mode that must not survive.
        Files.writeString(directory.resolve(ConfigCache.FILE + ".tmp"), "half a file");
        cache.store(Configs.canary(2, 0.5));
        assertThat(new ConfigCache(directory).load()).contains(Configs.canary(2, 0.5));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(ConfigCache.FILE))))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void noticesEveryFlippedBitAndEveryCut() throws IOException {
        ConfigCache cache = new ConfigCache(directory);
        cache.store(Configs.plain(1));
        Path file = directory.resolve(ConfigCache.FILE);
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] flipped = good.clone();
            flipped[i] ^= 0x10;
            Files.write(file, flipped);
            assertThatThrownBy(cache::load).as("bit flipped in byte %s", i).isInstanceOf(IOException.class);
            Files.write(file, Arrays.copyOf(good, i));
            assertThatThrownBy(cache::load).as("cut to %s bytes", i).isInstanceOf(IOException.class);
        }
    }

    @Test
    void nothingIsServedFromARetiredCopy_untilTheNext() throws IOException {
        ConfigCache cache = new ConfigCache(directory);
        cache.store(Configs.plain(1));
        cache.retire();
        assertThat(new ConfigCache(directory).load()).isEmpty();
        cache.store(Configs.plain(2));
        assertThat(new ConfigCache(directory).load()).contains(Configs.plain(2));
    }
}
