package io.segue.controlplane.service;

import com.google.protobuf.ByteString;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.controlplane.time.Times;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.CreateTokenReply;
import io.segue.proto.v1.Role;
import io.segue.proto.v1.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bearer tokens. Only the SHA-256 of a secret is stored; the secret is shown when it is made and never again. Thread-safe. */
public final class TokenService {
    private static final String FIRST = "admin";
    private static final int SECRET_BYTES = 32;

    private final Store store;
    private final Changes changes;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private volatile Map<ByteString, Identity> byHash;

    TokenService(Store store, Changes changes, Clock clock) {
        this.store = store;
        this.changes = changes;
        this.clock = clock;
        this.byHash = load();
    }

    /**
     * Sees to it that somebody can log in: with {@code given}, if there is one, else with a secret that is written to {@code file}
     * when no admin token exists yet.
     *
     * @return whether the file was written
     */
    public boolean bootstrap(Optional<String> given, Path file) throws IOException {
        if (given.isPresent()) {
            if (!byHash.containsKey(hash(given.get()))) {
                save(FIRST, Role.ROLE_ADMIN, given.get());
            }
            return false;
        }
        if (admins() > 0) {
            return false;
        }
        String secret = newSecret();
        // The file first: a token that nobody knows would lock everybody out.
        PrivateFiles.write(file, (secret + "\n").getBytes(StandardCharsets.UTF_8));
        save(FIRST, Role.ROLE_ADMIN, secret);
        return true;
    }

    /** Whose secret this is. */
    public Optional<Identity> authenticate(String secret) {
        return Optional.ofNullable(byHash.get(hash(secret)));
    }

    /** Makes a token. */
    public CreateTokenReply create(String id, Role role) {
        Check.id("id", id);
        if (role == Role.ROLE_UNSPECIFIED || role == Role.UNRECOGNIZED) {
            throw new InvalidFieldException(
                    "role", role == Role.UNRECOGNIZED ? "unknown" : "nothing", "read, admin or proxy");
        }
        return changes.exclusively(() -> {
            if (store.get(Kind.TOKEN, id).isPresent()) {
                throw ServiceException.exists("token", id);
            }
            String secret = newSecret();
            return CreateTokenReply.newBuilder()
                    .setToken(save(id, role, secret))
                    .setSecret(secret)
                    .build();
        });
    }

    /** All tokens, ordered by id, without secrets. */
    public List<Token> list() {
        return store.list(Kind.TOKEN).stream()
                .map(record -> Records.parse(record, Token.parser()))
                .toList();
    }

    /** Revokes a token. Streams that it opened go on until they are opened anew. */
    public void delete(String id) {
        changes.exclusively(() -> {
            Token token = store.get(Kind.TOKEN, id)
                    .map(record -> Records.parse(record, Token.parser()))
                    .orElseThrow(() -> ServiceException.notFound("token", id));
            if (token.getRole() == Role.ROLE_ADMIN && admins() == 1) {
                throw ServiceException.conflict("token " + id + " is the last admin token; make another one first");
            }
            changes.store(List.of(Change.delete(Kind.TOKEN, id), Change.delete(Kind.TOKEN_HASH, id)));
            byHash = load();
            return id;
        });
    }

    private long admins() {
        return list().stream()
                .filter(token -> token.getRole() == Role.ROLE_ADMIN)
                .count();
    }

    private Token save(String id, Role role, String secret) {
        Token token = Token.newBuilder()
                .setId(id)
                .setRole(role)
                .setCreatedAt(Times.of(clock.instant()))
                .build();
        changes.store(List.of(
                Change.put(Kind.TOKEN, id, token.toByteString()), Change.put(Kind.TOKEN_HASH, id, hash(secret))));
        byHash = load();
        return token;
    }

    private Map<ByteString, Identity> load() {
        Map<ByteString, Identity> found = new HashMap<>();
        for (Token token : list()) {
            store.get(Kind.TOKEN_HASH, token.getId())
                    .map(StoredRecord::body)
                    .ifPresent(hash -> found.put(hash, new Identity(token.getId(), token.getRole())));
        }
        return Map.copyOf(found);
    }

    private String newSecret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return "segue_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static ByteString hash(String secret) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
