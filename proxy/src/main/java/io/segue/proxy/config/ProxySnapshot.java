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
 * @param apis unique by id; each binding is served by one of the interlays
 */
public record ProxySnapshot(long version, List<InterlaySpec> interlays, List<ApiSpec> apis) {
    /** Nothing to run: the state before the first configuration. */
    public static final ProxySnapshot EMPTY = new ProxySnapshot(0, List.of());

    /** Without APIs. */
    public ProxySnapshot(long version, List<InterlaySpec> interlays) {
        this(version, interlays, List.of());
    }

    public ProxySnapshot {
        if (version < 0) {
            throw new InvalidFieldException("version", version, "0 or more");
        }
        interlays = List.copyOf(interlays);
        apis = List.copyOf(apis);
        Set<String> ids = new HashSet<>();
        for (InterlaySpec interlay : interlays) {
            if (!ids.add(interlay.id())) {
                throw new InvalidFieldException("interlays", interlay.id(), "each id once");
            }
        }
        for (ApiSpec api : apis) {
            for (ApiSpec.Binding binding : api.bindings()) {
                if (!ids.contains(binding.interlay())) {
                    throw new InvalidFieldException(
                            "apis." + api.id() + ".interlay", binding.interlay(), "one of the interlays");
                }
            }
        }
    }

    /** Whether some work is to be held. */
    public boolean holds() {
        return interlays.stream().anyMatch(interlay -> interlay.heldFor() != null);
    }
}
