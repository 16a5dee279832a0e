package io.segue.controlplane.api.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.service.Failures;
import io.segue.controlplane.service.Watches.Watcher;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationNews;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client of server-sent events. Nothing ever waits for it: what it does not take stays in a short queue, and while that is full it is
 * told nothing. The web server ends a connection that takes nothing for half a minute; beats find the clients that are gone. Thread-safe.
 */
final class EventStream implements Watcher, WriteListener {
    private static final int MAX_WAITING = 64;

    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile @Nullable ServletOutputStream writes;
    /** Null until the web server has called. */
    private @Nullable ServletOutputStream out;

    private @Nullable Runnable watch;
    private boolean unflushed;
    private boolean last;
    private boolean over;

    EventStream() {
        waiting.add("retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Begins to write; until then news only wait. */
    CompletableFuture<Void> begin(ServletOutputStream stream) {
        writes = stream;
        stream.setWriteListener(this);
        return done;
    }

    /** Completed when nothing more is written. */
    CompletableFuture<Void> done() {
        return done;
    }

    /** What ends the watch when the client goes. */
    void watchedBy(Runnable end) {
        boolean late;
        synchronized (this) {
            watch = end;
            late = over;
        }
        if (late) {
            end.run();
        }
    }

    @Override
    public synchronized boolean isReady() {
        return !over && !last && waiting.size() < MAX_WAITING;
    }

    @Override
    public void news(MigrationNews news) {
        if (news.hasEvent()) {
            MigrationEvent event = news.getEvent();
            add("id: " + event.getNumber() + "\n", "event", MigrationWriter.write(event), false);
        } else {
            add("", "progress", MovementWriter.write(news.getProgress()), false);
        }
    }

    @Override
    public void ended() {
        add("", "end", Json.object(), true);
    }

    @Override
    public void failed(RuntimeException thrown) {
        add("", "error", Json.object().put("message", Failures.of(thrown).getMessage()), true);
    }

    /** A sign of life, if there is nothing else to send. */
    void beat() {
        synchronized (this) {
            if (over || last || !waiting.isEmpty()) {
                return;
            }
            waiting.add(":\n\n".getBytes(StandardCharsets.US_ASCII));
        }
        drain();
    }

    private void add(String id, String name, JsonNode data, boolean ends) {
        String text =
                id + "event: " + name + "\ndata: " + new String(Json.write(data), StandardCharsets.UTF_8) + "\n\n";
        synchronized (this) {
            if (over || last) {
                return;
            }
            waiting.add(text.getBytes(StandardCharsets.UTF_8));
            last = ends;
        }
        drain();
    }

    /** The web server calls this for the first time when it is ready, and then whenever it takes bytes again. */
    @Override
    public void onWritePossible() {
        synchronized (this) {
            out = writes;
        }
        drain();
    }

    @Override
    public void onError(Throwable thrown) {
        end();
    }

    private void drain() {
        boolean finished;
        synchronized (this) {
            ServletOutputStream stream = out;
            if (over || stream == null) {
                return;
            }
            try {
                finished = write(stream) && last;
            } catch (IOException | RuntimeException e) {
                // The client is gone, which is its right.
                finished = true;
            }
        }
        if (finished) {
            end();
        }
    }

    /** Whether all is written. */
    private boolean write(ServletOutputStream stream) throws IOException {
        while (stream.isReady()) {
            byte @Nullable [] next = waiting.poll();
            if (next != null) {
                stream.write(next);
                unflushed = true;
            } else if (unflushed) {
                unflushed = false;
                stream.flush();
            } else {
                return true;
            }
        }
        return false;
    }

    /** Ends it from whatever side. */
    void end() {
        Runnable ended;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            waiting.clear();
            ended = watch;
        }
        if (ended != null) {
            ended.run();
        }
        done.complete(null);
    }
}
