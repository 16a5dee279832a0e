package io.segue.controlplane.service;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.StoreException;
import io.segue.controlplane.store.StoredRecord;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Template;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the store as messages. Things are found by id, or by uuid. Thread-safe. */
final class Records {
    private final Store store;

    Records(Store store) {
        this.store = store;
    }

    List<Held<Endpoint>> endpoints() {
        return store.list(Kind.ENDPOINT).stream().map(Records::endpoint).toList();
    }

    List<Held<Interlay>> interlays() {
        return store.list(Kind.INTERLAY).stream().map(Records::interlay).toList();
    }

    List<Held<Migration>> migrations() {
        return store.list(Kind.MIGRATION).stream().map(Records::migration).toList();
    }

    Held<Endpoint> endpoint(String id) {
        return find(Kind.ENDPOINT, "endpoint", id, Records::endpoint, Endpoint::getUuid);
    }

    Held<Interlay> interlay(String id) {
        return find(Kind.INTERLAY, "interlay", id, Records::interlay, Interlay::getUuid);
    }

    Held<Migration> migration(String id) {
        return find(Kind.MIGRATION, "migration", id, Records::migration, Migration::getUuid);
    }

    List<Held<Template>> templates() {
        return store.list(Kind.TEMPLATE).stream().map(Records::template).toList();
    }

    List<Held<Api>> apis() {
        return store.list(Kind.API).stream().map(Records::api).toList();
    }

    Held<Template> template(String id) {
        return find(Kind.TEMPLATE, "template", id, Records::template, Template::getUuid);
    }

    Held<Api> api(String id) {
        return find(Kind.API, "api", id, Records::api, Api::getUuid);
    }

    boolean has(Kind kind, String id) {
        return store.get(kind, id).isPresent();
    }

    /** One record as it stands in the store. */
    Optional<StoredRecord> raw(Kind kind, String key) {
        return store.get(kind, key);
    }

    /** All records of a kind as they stand in the store, ordered by key. */
    List<StoredRecord> raw(Kind kind) {
        return store.list(kind);
    }

    private <T> Held<T> find(
            Kind kind, String what, String id, Function<StoredRecord, Held<T>> reader, Function<T, String> uuid) {
        Optional<Held<T>> byId = store.get(kind, id).map(reader);
        return byId.or(() -> store.list(kind).stream()
                        .map(reader)
                        .filter(held -> uuid.apply(held.value()).equals(id))
                        .findFirst())
                .orElseThrow(() -> ServiceException.notFound(what, id));
    }

    static Held<Endpoint> endpoint(StoredRecord record) {
        Endpoint stored = parse(record, Endpoint.parser());
        return new Held<>(stored.toBuilder().setRevision(record.revision()).build(), record);
    }

    static Held<Interlay> interlay(StoredRecord record) {
        Interlay stored = parse(record, Interlay.parser());
        return new Held<>(stored.toBuilder().setRevision(record.revision()).build(), record);
    }

    static Held<Template> template(StoredRecord record) {
        Template stored = parse(record, Template.parser());
        return new Held<>(stored.toBuilder().setRevision(record.revision()).build(), record);
    }

    static Held<Api> api(StoredRecord record) {
        Api stored = parse(record, Api.parser());
        return new Held<>(stored.toBuilder().setRevision(record.revision()).build(), record);
    }

    static Held<Migration> migration(StoredRecord record) {
        Migration stored = parse(record, Migration.parser());
        return new Held<>(stored.toBuilder().setRevision(record.revision()).build(), record);
    }

    static <T extends MessageLite> T parse(StoredRecord record, Parser<T> parser) {
        try {
            return parser.parseFrom(record.body());
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException("the record " + record.kind() + " " + record.key() + " cannot be read", e);
        }
    }
}
