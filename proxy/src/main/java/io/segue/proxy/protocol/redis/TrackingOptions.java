package io.segue.proxy.protocol.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The options of CLIENT TRACKING ON. They are checked here because the request is repeated on every connection that the client will get: one
 * that a server refuses would make all of them useless.
 */
final class TrackingOptions {
    private final List<String> prefixes = new ArrayList<>();
    private boolean broadcast;
    private boolean optIn;
    private boolean optOut;
    private boolean redirect;

    private TrackingOptions() {}

    /**
     * Reads the arguments after ON.
     *
     * @return what is wrong with them, in the server's words; null: nothing
     */
    static @Nullable String fault(List<String> arguments) {
        return new TrackingOptions().read(arguments);
    }

    private @Nullable String read(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            boolean more = i + 1 < arguments.size();
            switch (arguments.get(i).toUpperCase(Locale.ROOT)) {
                case "BCAST" -> broadcast = true;
                case "OPTIN" -> optIn = true;
                case "OPTOUT" -> optOut = true;
                case "NOLOOP" -> {
                    // Stands alone and goes with everything.
                }
                case "PREFIX" -> {
                    if (!more) {
                        return "syntax error";
                    }
                    prefixes.add(arguments.get(++i));
                }
                case "REDIRECT" -> {
                    redirect = true;
                    i++;
                }
                default -> {
                    return "syntax error";
                }
            }
        }
        return conflict();
    }

    private @Nullable String conflict() {
        if (redirect) {
            return "segue: client tracking has no REDIRECT here: connections have other numbers than at the server";
        }
        if (!prefixes.isEmpty() && !broadcast) {
            return "PREFIX option requires BCAST mode to be enabled";
        }
        if (broadcast && (optIn || optOut)) {
            return "OPTIN and OPTOUT are not compatible with BCAST";
        }
        if (optIn && optOut) {
            return "You can't specify both OPTIN mode and OPTOUT mode";
        }
        for (int i = 0; i < prefixes.size(); i++) {
            for (int j = i + 1; j < prefixes.size(); j++) {
                String one = prefixes.get(i);
                String other = prefixes.get(j);
                if (one.startsWith(other) || other.startsWith(one)) {
                    return "Prefix '" + one + "' overlaps with another provided prefix '" + other
                            + "'. Prefixes for a single client must not overlap.";
                }
            }
        }
        return null;
    }
}
