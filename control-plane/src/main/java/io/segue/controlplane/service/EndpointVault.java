package io.segue.controlplane.service;

import com.google.protobuf.InvalidProtocolBufferException;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Snapshot;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoredRecord;
import io.segue.proto.v1.ClientLogin;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.ProxyConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the passwords of endpoints and interlays apart from the rest, encrypted. Thread-safe. */
final class EndpointVault {
    private static final String HOLD = "hold";

    private final Store store;
    private final SecretBox box;

    EndpointVault(Store store, SecretBox box) {
        this.store = store;
        this.box = box;
    }

    /** The endpoint as it may be shown. */
    static Endpoint masked(Endpoint endpoint) {
        Endpoint.Builder open = endpoint.toBuilder();
        if (endpoint.hasWriteConn()) {
            open.getWriteConnBuilder().clearPassword();
        }
        if (endpoint.hasReadConn()) {
            open.getReadConnBuilder().clearPassword();
        }
        return open.build();
    }

    /** What to store for a new endpoint. */
    List<Change> create(Endpoint endpoint) {
        Endpoint.Builder secrets = Endpoint.newBuilder().setWriteConn(password(endpoint.getWriteConn()));
        if (endpoint.hasReadConn()) {
            secrets.setReadConn(password(endpoint.getReadConn()));
        }
        return List.of(
                Change.create(Kind.ENDPOINT, endpoint.getId(), masked(endpoint).toByteString()),
                Change.put(
                        Kind.ENDPOINT_SECRET,
                        endpoint.getId(),
                        box.seal(secrets.build().toByteString(), endpoint.getUuid())));
    }

    /** The endpoint with its passwords, for the proxies and for pre-flight. */
    Endpoint revealed(Endpoint endpoint) {
        return revealed(endpoint, store.get(Kind.ENDPOINT_SECRET, endpoint.getId()));
    }

    /** As {@link #revealed(Endpoint)}, with the secret already read. */
    Endpoint revealed(Endpoint endpoint, Optional<StoredRecord> secret) {
        if (secret.isEmpty()) {
            return endpoint;
        }
        try {
            Endpoint secrets = Endpoint.parseFrom(box.open(secret.get().body(), endpoint.getUuid()));
            return endpoint.toBuilder().mergeFrom(secrets).build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the stored credentials of " + endpoint.getId() + " cannot be read", e);
        }
    }

    /** What to store for a new interlay: its clients log in with its own login, or else as {@code endpoint} would ask them to. */
    List<Change> create(Interlay interlay, Endpoint endpoint) {
        ClientLogin login = interlay.getLogin();
        if (!interlay.hasLogin()) {
            ConnectionConfig direct = revealed(endpoint).getWriteConn();
            login = ClientLogin.newBuilder()
                    .setUsername(direct.getUsername())
                    .setPassword(direct.getPassword())
                    .build();
        }
        Interlay open = interlay.toBuilder().clearLogin().build();
        return List.of(
                Change.create(Kind.INTERLAY, open.getId(), open.toByteString()),
                Change.put(Kind.INTERLAY_SECRET, open.getId(), box.seal(login.toByteString(), open.getUuid())));
    }

    /** What the clients of an interlay must log in with. */
    Optional<ClientLogin> login(Interlay interlay, Optional<StoredRecord> secret) {
        if (secret.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ClientLogin.parseFrom(box.open(secret.get().body(), interlay.getUuid())));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the stored login of " + interlay.getId() + " cannot be read", e);
        }
    }

    /** Notes the change that is being prepared. */
    Change holding(Map<String, Prepared> prepared) {
        ProxyConfig.Builder body = ProxyConfig.newBuilder();
        prepared.forEach((id, next) -> body.addInterlaysBuilder().setId(id).setPrepared(next));
        return Change.put(Kind.HOLD, HOLD, box.seal(body.build().toByteString(), HOLD));
    }

    /** The change is decided. */
    static Change decided() {
        return Change.delete(Kind.HOLD, HOLD);
    }

    /** The change that is being prepared, by interlay; empty if there is none. */
    Map<String, Prepared> hold(Snapshot snapshot) {
        Map<String, Prepared> prepared = new HashMap<>();
        for (StoredRecord record : snapshot.of(Kind.HOLD)) {
            try {
                ProxyConfig.parseFrom(box.open(record.body(), HOLD))
                        .getInterlaysList()
                        .forEach(interlay -> prepared.put(interlay.getId(), interlay.getPrepared()));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("the change that is being prepared cannot be read", e);
            }
        }
        return prepared;
    }

    private static ConnectionConfig password(ConnectionConfig connection) {
        return ConnectionConfig.newBuilder()
                .setPassword(connection.getPassword())
                .build();
    }
}
