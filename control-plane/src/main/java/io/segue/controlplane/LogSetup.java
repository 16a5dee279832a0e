package io.segue.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.util.logging.LogManager;

/** One line per log record, and silence from libraries unless something is wrong. */
public final class LogSetup {
    private static final String OWN_FILE = "java.util.logging.config.file";

    private LogSetup() {}

    /** Reads the program's own settings, unless the operator brought some. */
    public static void apply() {
        if (System.getProperty(OWN_FILE) != null) {
            return;
        }
        try (InputStream settings = LogSetup.class.getResourceAsStream("/segue-control-plane-logging.properties")) {
            LogManager.getLogManager().readConfiguration(settings);
        } catch (IOException e) {
            throw new IllegalStateException("the log settings in the jar cannot be read", e);
        }
    }
}
