package io.segue.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which release this is. */
public final class Release {
    private static final String FILE = "/segue-control-plane-release.properties";

    private Release() {}

    /** As the build wrote it down: {@code "0.1.0"}. */
    public static String current() {
        Properties properties = new Properties();
        try (InputStream in = Release.class.getResourceAsStream(FILE)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the release in the jar cannot be read", e);
        }
        return properties.getProperty("release", "unknown");
    }
}
