package io.segue.loadtest.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisBinariesTest {
    @TempDir
    Path folder;

    @Test
    void resources_namesTheProgramsOfThePlatform() {
        assertThat(RedisBinaries.resources("Linux", "amd64"))
                .containsExactly("redis-server-6.2.6-v5-linux-amd64", "redis-server-6.2.7-linux-386");
        assertThat(RedisBinaries.resources("Linux", "aarch64")).containsExactly("redis-server-6.2.7-linux-arm64");
        assertThat(RedisBinaries.resources("Mac OS X", "aarch64"))
                .containsExactly("redis-server-6.2.6-v5-darwin-arm64");
        assertThat(RedisBinaries.resources("Solaris", "sparc")).isEmpty();
    }

    @Test
    void search_theNamedProgramComesFirst() throws IOException {
        Path named = program("named", "echo 'Redis server v=9.8.7 sha=0'");
        Path path = Files.createDirectory(folder.resolve("path"));
        program("path/redis-server", "echo 'Redis server v=1.2.3 sha=0'");

        RedisBinaries found = RedisBinaries.search(
                Map.of("SEGUE_REDIS_SERVER", named.toString(), "PATH", path.toString()), extractTo());

        assertThat(found.usable().subList(0, 2))
                .containsExactly(
                        new RedisBinary(named, "9.8.7", RedisBinary.Origin.ENVIRONMENT),
                        new RedisBinary(path.resolve("redis-server"), "1.2.3", RedisBinary.Origin.INSTALLED));
    }

    @Test
    void search_aProgramThatDoesNotRunIsReportedWithItsOutput() throws IOException {
        Path broken = program("broken", "echo 'libssl.so.3: cannot open' >&2; exit 127");

        RedisBinaries found =
                RedisBinaries.search(Map.of("SEGUE_REDIS_SERVER", broken.toString(), "PATH", ""), extractTo());

        assertThat(found.problems())
                .contains(broken + " does not run: libssl.so.3: cannot open", "no redis-server on the PATH");
    }

    @Test
    void preferred_withoutAnySaysWhatWasTried() {
        RedisBinaries none = new RedisBinaries(List.of(), List.of("no redis-server on the PATH"));

        assertThatThrownBy(none::preferred)
                .hasMessageContaining("SEGUE_REDIS_SERVER")
                .hasMessageContaining("no redis-server on the PATH");
    }

    private Path extractTo() throws IOException {
        return Files.createDirectory(folder.resolve("extracted"));
    }

    private Path program(String name, String line) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
