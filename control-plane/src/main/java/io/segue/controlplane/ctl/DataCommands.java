package io.segue.controlplane.ctl;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.segue.controlplane.api.rest.Documents;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.AcceptErrorKeysRequest;
import io.segue.proto.v1.GetDivergenceRequest;
import io.segue.proto.v1.GetProgressRequest;
import io.segue.proto.v1.GetVerificationRequest;
import io.segue.proto.v1.ListErrorKeysRequest;
import io.segue.proto.v1.MigrationServiceGrpc.MigrationServiceBlockingStub;
import io.segue.proto.v1.SetThrottleRequest;
import io.segue.proto.v1.VerificationResult;
import io.segue.proto.v1.VerificationState;
import io.segue.proto.v1.VerifyRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The data of a migration. */
@Command
abstract class DataCommands {
    private static final long POLL_MS = 250;
    private static final long MEGABYTE = 1_000_000;

    final Ctl ctl;

    DataCommands(Ctl ctl) {
        this.ctl = ctl;
    }

    @Command(description = "How far the data is.")
    public int progress(@Parameters(paramLabel = "ID") String id) throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .getProgress(GetProgressRequest.newBuilder().setId(id).build()))));
    }

    @Command(
            description = "Limits the movers, also while they run. What is not given stays as it is; 0 means no limit.")
    public int throttle(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--keys-per-second", paramLabel = "N") @Nullable Long keys,
            @Option(names = "--megabytes-per-second", paramLabel = "N") @Nullable Double megabytes,
            @Option(
                            names = "--adaptive",
                            paramLabel = "true|false",
                            description = "Whether movers slow down by themselves when a server answers slower.")
                    @Nullable
                    Boolean adaptive)
            throws IOException {
        SetThrottleRequest.Builder request = SetThrottleRequest.newBuilder().setId(id);
        if (keys != null) {
            request.setKeysPerSecond(notNegative("--keys-per-second", keys));
        }
        if (megabytes != null) {
            request.setBytesPerSecond(notNegative("--megabytes-per-second", Math.round(megabytes * MEGABYTE)));
        }
        if (adaptive != null) {
            request.setAdaptive(adaptive);
        }
        return ctl.call(
                remote -> ctl.output().one(Documents.of(remote.migrations().setThrottle(request.build()))));
    }

    private static long notNegative(String option, long value) {
        if (value < 0) {
            throw new InvalidFieldException(option, value, "0 or more");
        }
        return value;
    }

    @Command(name = "error-keys", description = "Keys that could not be copied, or that the conflict rule left alone.")
    public int errorKeys(
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "How many at most (default: ${DEFAULT-VALUE}).")
                    int limit)
            throws IOException {
        return ctl.call(remote -> {
            var reply = Documents.of(remote.migrations()
                    .listErrorKeys(ListErrorKeysRequest.newBuilder()
                            .setId(id)
                            .setLimit(limit)
                            .build()));
            return ctl.output().json()
                    ? ctl.output().one(reply)
                    : ctl.output()
                            .list(
                                    (ArrayNode) reply.path("keys"),
                                    "key",
                                    "db",
                                    "conflict",
                                    "attempts",
                                    "since",
                                    "reason");
        });
    }

    @Command(
            name = "accept-error-keys",
            description = "You know that the keys listed now are missing on NEW: they no longer stand in the way.")
    public int acceptErrorKeys(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Kept with the event.")
                    String reason)
            throws IOException {
        return ctl.call(remote -> {
            long accepted = remote.migrations()
                    .acceptErrorKeys(AcceptErrorKeysRequest.newBuilder()
                            .setId(id)
                            .setReason(reason)
                            .build())
                    .getAccepted();
            return ctl.output().done(Documents.object().put("accepted", accepted), accepted + " keys accepted");
        });
    }

    @Command(description = "Keys whose two sides are not known to be equal, over all proxies.")
    public int divergence(
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--sample", paramLabel = "N", defaultValue = "100") int sample)
            throws IOException {
        return ctl.call(remote -> ctl.output()
                .one(Documents.of(remote.migrations()
                        .getDivergence(GetDivergenceRequest.newBuilder()
                                .setId(id)
                                .setSample(sample)
                                .build()))));
    }

    @Command(
            description =
                    "Compares both sides under live traffic and waits for the result. Exit code 7 unless all is equal.")
    public int verify(
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--sample",
                            paramLabel = "SHARE",
                            defaultValue = "1.0",
                            description = "Share of the keys, above 0.0 up to 1.0 (default: all).")
                    double sample,
            @Option(names = "--repair", description = "Copy again what differs.") boolean repair,
            @Option(names = "--no-wait", description = "Only begin it.") boolean noWait)
            throws IOException {
        return ctl.call(remote -> {
            VerificationResult result = remote.migrations()
                    .verify(VerifyRequest.newBuilder()
                            .setId(id)
                            .setSample(sample)
                            .setRepair(repair)
                            .build());
            if (noWait) {
                return ctl.output().one(Documents.of(result));
            }
            result = ended(remote.migrationsWithoutDeadline(), id, result);
            ctl.output().one(Documents.of(result));
            boolean repaired = repair && result.getState() == VerificationState.VERIFICATION_STATE_DONE;
            return result.getClean() || repaired ? Exit.DONE : Exit.FINDINGS;
        });
    }

    private static VerificationResult ended(MigrationServiceBlockingStub remote, String id, VerificationResult begun) {
        VerificationResult now = begun;
        while (now.getState() == VerificationState.VERIFICATION_STATE_RUNNING) {
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return now;
            }
            now = remote.getVerification(
                    GetVerificationRequest.newBuilder().setId(id).build());
        }
        return now;
    }
}
