package io.segue.proxy.config;

import io.segue.core.validation.InvalidFieldException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All that a proxy runs: the whole state of the world, never a difference. Immutable.
 *
 * @param version grows with every change at the control plane; 0 only for {@link #EMPTY}
 * @param interlays unique by id
 */
public record ProxySnapshot(long version, List<InterlaySpec> interlays) {
    /** Nothing to run: the state before the first configuration. */
    public static final ProxySnapshot EMPTY = new ProxySnapshot(0, List.of());

    public ProxySnapshot {
        if (version < 0) {
            throw new InvalidFieldException("version", version, "0 or more");
        }
        interlays = List.copyOf(interlays);
        Set<String> ids = new HashSet<>();
        for (InterlaySpec interlay : interlays) {
            if (!ids.add(interlay.id())) {
                throw new InvalidFieldException("interlays", interlay.id(), "each id once");
            }
        }
    }

    /** Whether some work is to be held. */
    public boolean holds() {
        return interlays.stream().anyMatch(interlay -> interlay.heldFor() != null);
    }
}
