package io.segue.controlplane.store;

import java.util.List;

/**
 * What a batch did.
 *
 * @param configVersion the configuration version after it
 * @param undo the changes that put everything back as it was, in the order to apply them
 */
public record Commit(long configVersion, List<Change> undo) {}
