package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.segue.controlplane.api.rest.Documents;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.MigrationEvent;
import io.segue.proto.v1.MigrationNews;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.WatchMigrationRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a migration as it goes on: events as lines, the progress of the data below them. */
@Command(
        name = "watch",
        description = {
            "Shows what happens to it until it ends, with the progress of its data.",
            "With -o json each piece of news is one line. Exit code 7 if it ends in any other way than the one waited for."
        })
final class WatchCommand implements Callable<Integer> {
    private static final String UP = "\u001b[1A\u001b[2K";

    /** What may be waited for. */
    enum Goal {
        END,
        OPEN,
        CAUGHT_UP
    }

    @Parameters(paramLabel = "ID")
    private String id = "";

    @Option(
            names = "--until",
            paramLabel = "end|open|caught_up",
            defaultValue = "end",
            description = {
                "When to stop: the migration has ended; its strategy is in force; NEW has caught up with OLD (default:"
                        + " ${DEFAULT-VALUE})."
            })
    private Goal until = Goal.END;

    @Option(
            names = "--interval",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "How often to look for progress, 100 to 60000 milliseconds (default: ${DEFAULT-VALUE}).")
    private int interval = 1000;

    private final Ctl ctl;
    private int drawn;
    private @Nullable MigrationStatus last;

    WatchCommand(Ctl ctl) {
        this.ctl = ctl;
    }

    @Override
    public Integer call() throws IOException {
        if (interval < 100 || interval > 60_000) {
            throw new InvalidFieldException("--interval", interval, "100 to 60000");
        }
        return ctl.call(remote -> {
            Iterator<MigrationNews> news = remote.migrationsWithoutDeadline()
                    .watchMigration(WatchMigrationRequest.newBuilder()
                            .setId(id)
                            .setIntervalMs(interval)
                            .build());
            while (news.hasNext()) {
                MigrationNews one = news.next();
                show(one);
                if (one.hasProgress() && reached(one.getProgress())) {
                    return Exit.DONE;
                }
            }
            return until == Goal.END && last == MigrationStatus.MIGRATION_STATUS_COMPLETED ? Exit.DONE : Exit.FINDINGS;
        });
    }

    private boolean reached(MigrationProgress progress) {
        boolean open = progress.getStage() == MovementStage.MOVEMENT_STAGE_OPEN;
        return switch (until) {
            case END -> false;
            case OPEN -> open;
            case CAUGHT_UP -> progress.getCaughtUp();
        };
    }

    private void show(MigrationNews news) {
        if (news.hasEvent()) {
            last = news.getEvent().getTo();
        }
        PrintWriter out = ctl.output().out();
        if (ctl.output().json()) {
            ObjectNode json = Documents.object();
            if (news.hasEvent()) {
                json.set("event", Documents.of(news.getEvent()));
            } else {
                json.set("progress", Documents.of(news.getProgress()));
            }
            out.println(json);
        } else if (news.hasEvent()) {
            erase(out);
            out.println(line(news.getEvent()));
        } else {
            erase(out);
            draw(out, news.getProgress());
        }
        out.flush();
    }

    private static String line(MigrationEvent event) {
        ObjectNode json = Documents.of(event);
        String reason = event.getReason().isEmpty() ? "" : ": " + event.getReason();
        return Tables.printable(json.path("at").asText() + "  "
                + json.path("to").asText() + "  " + event.getEvent() + " (" + event.getActor() + ")" + reason);
    }

    /** Takes away what was drawn last, where that is possible. */
    private void erase(PrintWriter out) {
        if (ctl.live()) {
            out.print(UP.repeat(drawn));
        }
        drawn = 0;
    }

    private void draw(PrintWriter out, MigrationProgress progress) {
        ObjectNode json = Documents.of(progress);
        var figures = progress.getTotal();
        StringBuilder line = new StringBuilder();
        line.append("  ")
                .append(json.path("status").asText())
                .append(", ")
                .append(json.path("stage").asText());
        if (figures.getKeysTotal() > 0) {
            line.append("  ").append(ProgressBar.of(figures.getKeysCopied(), figures.getKeysTotal()));
            line.append(String.format(
                    Locale.ROOT,
                    "  %,d of %,d keys  %,.0f/s  %.1f MB/s",
                    figures.getKeysCopied(),
                    figures.getKeysTotal(),
                    figures.getKeysPerSecond(),
                    figures.getBytesPerSecond() / 1e6));
            if (figures.getEtaSeconds() >= 0 && figures.getKeysCopied() < figures.getKeysTotal()) {
                line.append("  ETA ").append(figures.getEtaSeconds()).append(" s");
            }
        }
        out.println(line);
        out.println(String.format(
                Locale.ROOT,
                "  feed %s  lag %,d ms  owed %,d  settling %,d  errors %,d  conflicts %,d%s",
                figures.getFeed().isEmpty() ? "-" : figures.getFeed(),
                figures.getLagMs(),
                figures.getOwed(),
                figures.getSettling(),
                figures.getErrorKeys(),
                figures.getConflicts(),
                progress.getCaughtUp() ? "  caught up" : ""));
        drawn = 2;
    }
}
