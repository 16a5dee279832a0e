package io.segue.controlplane.preflight;

import java.util.Set;

/**
 * What a Redis server says about itself.
 *
 * @param version {@code "7.2.4"}; empty if it does not say
 * @param cluster whether it runs in cluster mode
 * @param evictionPolicy {@code maxmemory-policy}; empty if it does not say
 * @param maxMemory bytes; 0 means no limit
 * @param commands the commands that it has, in lower case; empty if it does not say
 */
public record ServerFacts(
        String version, boolean cluster, String evictionPolicy, long maxMemory, Set<String> commands) {
    public ServerFacts {
        commands = Set.copyOf(commands);
    }

    /** Whether the server may throw keys away on its own. */
    public boolean evicts() {
        return maxMemory > 0 && !evictionPolicy.isEmpty() && !evictionPolicy.equals("noeviction");
    }

    /** Whether the version is older than {@code other}'s, as far as both are known. */
    public boolean olderThan(ServerFacts other) {
        if (version.isEmpty() || other.version.isEmpty()) {
            return false;
        }
        String[] mine = version.split("\\.", -1);
        String[] theirs = other.version.split("\\.", -1);
        // A change of the patch release breaks nothing, so two numbers are enough.
        for (int i = 0; i < 2; i++) {
            int difference = number(mine, i) - number(theirs, i);
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }

    private static int number(String[] parts, int index) {
        if (index >= parts.length) {
            return 0;
        }
        String digits = parts[index].replaceAll("[^0-9].*", "");
        return digits.isEmpty() || digits.length() > 9 ? 0 : Integer.parseInt(digits);
    }
}
