package io.segue.controlplane.service;

import io.segue.controlplane.store.StoredRecord;

/**
 * A message together with the record it came from.
 *
 * @param value the message, with the record's revision in it where it has such a field
 * @param record what a change must expect to find
 */
record Held<T>(T value, StoredRecord record) {}
