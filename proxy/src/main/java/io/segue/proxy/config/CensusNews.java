package io.segue.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one interlay used since the last report.
 *
 * @param commands what was used; at most {@value #MOST_COMMANDS} leave the proxy
 * @param otherDatabases requests in another database than 0
 * @param example a request whose keys do not belong together; null if there was none
 */
public record CensusNews(
        String interlayId,
        List<Use> commands,
        long otherDatabases,
        @Nullable Example example) {
    /** Most commands in a report. */
    public static final int MOST_COMMANDS = 512;

    public CensusNews {
        commands = List.copyOf(commands);
    }

    /**
     * One command.
     *
     * @param apart calls whose keys do not belong together
     * @param divisible whether the proxy can divide such a call by key
     */
    public record Use(String command, long calls, long apart, boolean divisible) {}

    /**
     * One request.
     *
     * @param prefixes of two of its keys what stands before the first ':'
     */
    public record Example(String command, List<String> prefixes) {
        public Example {
            prefixes = List.copyOf(prefixes);
        }
    }
}
