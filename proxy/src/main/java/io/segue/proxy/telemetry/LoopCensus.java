package io.segue.proxy.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which commands the clients of one interlay use on one event loop. Only that event loop counts; it takes no lock and allocates nothing but for
 * the rare {@link #example}. Any thread may read.
 */
public final class LoopCensus {
    /** Commands are numbered from 0 to one less than this. */
    public static final int MOST_COMMANDS = 1024;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    /** How many calls may pass before another example is taken. */
    private static final int EXAMPLE_EVERY = 1 << 16;

    private final long[] calls = new long[MOST_COMMANDS];
    private final long[] apart = new long[MOST_COMMANDS];
    private final long[] otherDatabases = new long[1];
    private final UnknownNames unknown = new UnknownNames();
    private int untilExample;
    private volatile @Nullable Example example;

    LoopCensus() {}

    /**
     * A request whose keys do not belong together.
     *
     * @param prefixes of two keys what stands before the first ':'
     */
    public record Example(String command, List<String> prefixes) {
        public Example {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** A command was used. */
    public void call(int command) {
        CELL.setOpaque(calls, command, calls[command] + 1);
    }

    /** A request was made in another database than 0. */
    public void otherDatabase() {
        CELL.setOpaque(otherDatabases, 0, otherDatabases[0] + 1);
    }

    /**
     * The keys of a request do not belong together.
     *
     * @return whether an example of it is welcome
     */
    public boolean apart(int command) {
        CELL.setOpaque(apart, command, apart[command] + 1);
        return untilExample-- <= 0;
    }

    /** Keeps an example. */
    public void example(Example found) {
        untilExample = EXAMPLE_EVERY;
        example = found;
    }

    /** Names that the command table does not have. */
    public UnknownNames unknown() {
        return unknown;
    }

    long calls(int command) {
        return (long) CELL.getOpaque(calls, command);
    }

    long apartCalls(int command) {
        return (long) CELL.getOpaque(apart, command);
    }

    long otherDatabases() {
        return (long) CELL.getOpaque(otherDatabases, 0);
    }

    @Nullable
    Example example() {
        return example;
    }
}
