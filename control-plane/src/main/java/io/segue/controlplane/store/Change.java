package io.segue.controlplane.store;

import com.google.protobuf.ByteString;

/** One step of a batch. */
public sealed interface Change {
    /** Matches whatever stands in the store, also nothing. */
    long ANY = -1;

    /** Matches a key that is not there. */
    long ABSENT = 0;

    /** What is changed. */
    Kind kind();

    /** Which of them. */
    String key();

    /** The revision the key must have: {@link #ANY}, {@link #ABSENT}, or the revision that was read. */
    long expected();

    /** Writes a record. */
    record Put(Kind kind, String key, long expected, ByteString body) implements Change {}

    /** Removes a record. */
    record Delete(Kind kind, String key, long expected) implements Change {}

    /** Writes a record that must not exist. */
    static Put create(Kind kind, String key, ByteString body) {
        return new Put(kind, key, ABSENT, body);
    }

    /** Writes a record whatever stands there. */
    static Put put(Kind kind, String key, ByteString body) {
        return new Put(kind, key, ANY, body);
    }

    /** Writes a record that must still be {@code before}. */
    static Put replace(StoredRecord before, ByteString body) {
        return new Put(before.kind(), before.key(), before.revision(), body);
    }

    /** Removes a record, if it is there. */
    static Delete delete(Kind kind, String key) {
        return new Delete(kind, key, ANY);
    }
}
