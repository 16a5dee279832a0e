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
import io.segue.proto.v1.CreateTokenRequest;
import io.segue.proto.v1.Role;
import io.segue.proto.v1.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Bearer tokens. Only the SHA-256 of a secret is stored; the secret is shown when it is made and never again. Thread-safe. */
public final class TokenService {
    private static final String FIRST = "admin";
    private static final int SECRET_BYTES = 32;
    /** The end of the year 9999, as messages know time. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private final Store store;
    private final Changes changes;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private volatile Map<ByteString, Token> byHash;

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
                save(first(), given.get());
            }
            return false;
        }
        if (admins() > 0) {
            return false;
        }
        String secret = newSecret();
        // The file first: a token that nobody knows would lock everybody out.
        PrivateFiles.write(file, (secret + "\n").getBytes(StandardCharsets.UTF_8));
        save(first(), secret);
        return true;
    }

    /**
     * Whose secret this is; empty if nobody's.
     *
     * @throws ServiceException it has expired
     */
    public Optional<Identity> authenticate(String secret) {
        Optional<Token> token = Optional.ofNullable(byHash.get(hash(secret)));
        token.filter(Token::hasExpiresAt).ifPresent(found -> {
            Instant end = Times.toInstant(found.getExpiresAt());
            if (!clock.instant().isBefore(end)) {
                throw new ServiceException(
                        Code.UNAUTHENTICATED,
                        "token " + found.getId() + " expired at " + end + "; ask for another one");
            }
        });
        return token.map(found -> new Identity(found.getId(), found.getRole()));
    }

    /** Makes a token. */
    public CreateTokenReply create(CreateTokenRequest request) {
        String id = request.getId();
        Role role = request.getRole();
        Check.id("id", id);
        if (request.hasExpiresAt()) {
            long seconds = request.getExpiresAt().getSeconds();
            if (seconds <= clock.instant().getEpochSecond() || seconds > LAST_SECOND) {
                throw new InvalidFieldException("expires_at", seconds + " s", "a moment to come, up to the year 9999");
            }
        }
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
                    .setToken(save(token(request), secret))
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
            if (lasts(token) && admins() == 1) {
                throw ServiceException.conflict(
                        "token " + id + " is the last admin token that does not expire; make another one first");
            }
            changes.store(List.of(Change.delete(Kind.TOKEN, id), Change.delete(Kind.TOKEN_HASH, id)));
            byHash = load();
            return id;
        });
    }

    /** Admin tokens that do not expire: without one everybody would be locked out some day. */
    private long admins() {
        return list().stream().filter(TokenService::lasts).count();
    }

    private static boolean lasts(Token token) {
        return token.getRole() == Role.ROLE_ADMIN && !token.hasExpiresAt();
    }

    private static Token.Builder first() {
        return Token.newBuilder().setId(FIRST).setRole(Role.ROLE_ADMIN);
    }

    private static Token.Builder token(CreateTokenRequest request) {
        Token.Builder token = Token.newBuilder().setId(request.getId()).setRole(request.getRole());
        if (request.hasExpiresAt()) {
            token.setExpiresAt(request.getExpiresAt());
        }
        return token;
    }

    private Token save(Token.Builder made, String secret) {
        Token token = made.setCreatedAt(Times.of(clock.instant())).build();
        changes.store(List.of(
                Change.put(Kind.TOKEN, token.getId(), token.toByteString()),
                Change.put(Kind.TOKEN_HASH, token.getId(), hash(secret))));
        byHash = load();
        return token;
    }

    private Map<ByteString, Token> load() {
        Map<ByteString, Token> found = new HashMap<>();
        for (Token token : list()) {
            store.get(Kind.TOKEN_HASH, token.getId()).map(StoredRecord::body).ifPresent(hash -> found.put(hash, token));
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
