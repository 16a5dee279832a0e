package io.segue.proxy.config;

import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where this proxy serves an interlay instead of the interlay's own bind and port, so that several proxies fit on one host. An
 * override of an interlay that does not exist waits until it does.
 *
 * @param addresses by interlay id
 */
public record Overrides(Map<String, HostPort> addresses) {
    /** Nothing is overridden. */
    public static final Overrides NONE = new Overrides(Map.of());

    private static final String FIELD = "--listen";

    public Overrides {
        addresses = Map.copyOf(addresses);
    }

    /**
     * Reads {@code INTERLAY=HOST:PORT} items.
     *
     * @throws InvalidFieldException an item is something else, or an interlay is named twice
     */
    public static Overrides parse(List<String> items) {
        Map<String, HostPort> addresses = new HashMap<>();
        for (String item : items) {
            int equals = item.indexOf('=');
            if (equals <= 0) {
                throw new InvalidFieldException(FIELD, item, "INTERLAY=HOST:PORT");
            }
            String interlay = Check.id(FIELD, item.substring(0, equals));
            HostPort address = HostPort.parse(FIELD + " " + interlay, item.substring(equals + 1));
            if (addresses.put(interlay, address) != null) {
                throw new InvalidFieldException(FIELD, item, "each interlay once");
            }
        }
        return new Overrides(addresses);
    }

    /** The snapshot as this proxy serves it. */
    public ProxySnapshot apply(ProxySnapshot snapshot) {
        List<InterlaySpec> interlays = snapshot.interlays().stream()
                .map(interlay -> {
                    HostPort address = addresses.get(interlay.id());
                    return address == null ? interlay : interlay.listeningOn(address.host(), address.port());
                })
                .toList();
        return new ProxySnapshot(snapshot.version(), interlays, snapshot.apis());
    }
}
