package io.segue.proxy.bootstrap;

import io.segue.core.validation.InvalidFieldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A bearer token in a file, so that it can be replaced while the proxy runs.
 *
 * @param file its first line is the token
 */
record TokenFile(Path file) implements Supplier<String> {
    /** The token as it is now; throws {@link InvalidFieldException} when there is none. */
    @Override
    public String get() {
        String token;
        try {
            token = Files.readString(file).lines().findFirst().orElse("").strip();
        } catch (IOException e) {
            throw new InvalidFieldException("--token-file", file, "a file that can be read: " + e);
        }
        if (token.isEmpty()) {
            throw new InvalidFieldException("--token-file", file, "a file whose first line is the token");
        }
        return token;
    }
}
