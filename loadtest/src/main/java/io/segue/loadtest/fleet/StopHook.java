package io.segue.loadtest.fleet;

import io.segue.loadtest.redis.Folders;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends a fleet and removes its folder when this process ends, in whatever way but SIGKILL: by itself, by Ctrl-C, by SIGTERM.
 * Thread-safe.
 */
public final class StopHook {
    private static final long NOTICE_MILLIS = 300;

    private final Supplier<@Nullable Fleet> fleet;
    private final Path folder;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean keepFolder;

    private StopHook(Supplier<@Nullable Fleet> fleet, Path folder) {
        this.fleet = fleet;
        this.folder = folder;
    }

    /**
     * Installs the hook.
     *
     * @param fleet what is to be ended; may give null as long as nothing has been started
     * @param folder what is to be removed
     */
    public static StopHook install(Supplier<@Nullable Fleet> fleet, Path folder) {
        StopHook hook = new StopHook(fleet, folder);
        Runtime.getRuntime().addShutdownHook(new Thread(hook::stop, "stop-all"));
        return hook;
    }

    /** Lets the folder stay: somebody may want to read the logs. */
    public void keepFolder() {
        keepFolder = true;
    }

    /** For whoever has met an error: if it is only that everything is being stopped, waits for the end of this process. */
    public void awaitEndIfStopping() throws InterruptedException {
        // Ctrl-C reaches all processes at once, and one that is watched may be gone before this one has noticed.
        if (stopping.await(NOTICE_MILLIS, TimeUnit.MILLISECONDS)) {
            new CountDownLatch(1).await();
        }
    }

    /** The message of an error with those of its causes, for people. */
    public static String describe(Throwable error) {
        StringBuilder text = new StringBuilder(message(error));
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (text.indexOf(message(cause)) < 0) {
                text.append(": ").append(message(cause));
            }
        }
        return text.toString();
    }

    private static String message(Throwable error) {
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }

    private void stop() {
        stopping.countDown();
        Fleet running = fleet.get();
        if (running != null) {
            running.close();
        }
        if (!keepFolder) {
            Folders.delete(folder);
        }
    }
}
