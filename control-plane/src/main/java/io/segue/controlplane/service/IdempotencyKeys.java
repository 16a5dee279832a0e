package io.segue.controlplane.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.IdempotentAnswer;
import io.segue.proto.v1.MigrationReply;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What creations with an idempotency key were answered, for 24 hours. A key belongs to the token that sent it. */
final class IdempotencyKeys {
    static final Duration KEPT = Duration.ofHours(24);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final Records records;
    private final Clock clock;

    IdempotencyKeys(Records records, Clock clock) {
        this.records = records;
        this.clock = clock;
    }

    static void check(String key) {
        if (!key.isEmpty() && !KEY.matcher(key).matches()) {
            throw new InvalidFieldException("idempotency_key", key, "1 to 255 visible ASCII characters, no spaces");
        }
    }

    /**
     * The answer to a request with the same key, if there was one.
     *
     * @throws ServiceException the key was used for another request
     */
    Optional<MigrationReply> answered(Identity actor, CreateMigrationRequest request) {
        if (request.getIdempotencyKey().isEmpty()) {
            return Optional.empty();
        }
        Optional<IdempotentAnswer> known = records.raw(Kind.IDEMPOTENCY, key(actor, request))
                .map(IdempotencyKeys::parse)
                .filter(answer -> !isOld(answer));
        known.ifPresent(answer -> {
            if (!answer.getRequestHash().equals(hash(request))) {
                throw ServiceException.conflict("idempotency_key: " + request.getIdempotencyKey()
                        + " was used for another request at " + Times.toInstant(answer.getAt())
                        + " (expected: the same request, or another key)");
            }
        });
        return known.map(IdempotentAnswer::getReply);
    }

    /** The changes that remember an answer, and forget what is too old. */
    List<Change> remember(Identity actor, CreateMigrationRequest request, MigrationReply reply) {
        List<Change> batch = new ArrayList<>();
        if (request.getIdempotencyKey().isEmpty()) {
            return batch;
        }
        for (StoredRecord record : records.raw(Kind.IDEMPOTENCY)) {
            if (isOld(parse(record))) {
                batch.add(Change.delete(record.kind(), record.key()));
            }
        }
        IdempotentAnswer answer = IdempotentAnswer.newBuilder()
                .setRequestHash(hash(request))
                .setReply(reply)
                .setAt(Times.of(clock.instant()))
                .build();
        batch.add(Change.put(Kind.IDEMPOTENCY, key(actor, request), answer.toByteString()));
        return batch;
    }

    private boolean isOld(IdempotentAnswer answer) {
        Instant end = Times.toInstant(answer.getAt()).plus(KEPT);
        return !clock.instant().isBefore(end);
    }

    private static String key(Identity actor, CreateMigrationRequest request) {
        return actor.token() + "/" + request.getIdempotencyKey();
    }

    private static IdempotentAnswer parse(StoredRecord record) {
        return Records.parse(record, IdempotentAnswer.parser());
    }

    private static ByteString hash(CreateMigrationRequest request) {
        CreateMigrationRequest bare = request.toBuilder().clearIdempotencyKey().build();
        byte[] bytes = new byte[bare.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        // Maps have no order of their own, and the hash must not depend on it.
        out.useDeterministicSerialization();
        try {
            bare.writeTo(out);
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("a message fits into an array of its own size", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
