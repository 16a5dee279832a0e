package io.segue.controlplane.store;

import com.google.protobuf.ByteString;

/**
 * One record as it stands in the store.
 *
 * @param kind what it is
 * @param key unique within its kind
 * @param revision grows with every change of this key, starting at 1; survives deletion and re-creation
 * @param body a serialised protobuf message
 */
public record StoredRecord(Kind kind, String key, long revision, ByteString body) {}
