package io.segue.proxy.protocol;

import io.segue.core.operation.Access;

/**
 * Facts about one command: data, not code. Each protocol fills these from its own table.
 *
 * @param name in the protocol's customary spelling
 * @param access what it does to the data
 * @param handling who serves it
 * @param minArgs fewest arguments, the name included
 * @param exact whether {@code minArgs} is also the most
 * @param keys where its keys are; understood by the protocol's {@link Keys}
 * @param effect how it is carried to the follower; understood by the protocol's {@link Effects}
 * @param reply how two replies to it compare
 * @param split how it may be divided by key
 * @param index its number in the table, from 1; 0 for {@link #UNKNOWN}
 */
public record Command(
        String name,
        Access access,
        Handling handling,
        int minArgs,
        boolean exact,
        KeySpec keys,
        EffectRule effect,
        ReplyNature reply,
        Split split,
        int index) {

    /** A command that the table does not have: taken for a write on its first argument, re-copied on the follower. */
    public static final Command UNKNOWN = new Command(
            "unknown",
            Access.WRITE,
            Handling.FORWARD,
            1,
            false,
            KeySpec.FIRST_ARGUMENT,
            EffectRule.RESYNC,
            ReplyNature.EXACT,
            Split.NONE,
            0);

    /** Who serves a command. */
    public enum Handling {
        /** The shared lane of the side that the verdict names. */
        FORWARD,
        /** The conversation: it knows the client's connection state, and answers itself or asks the session for more. */
        CONVERSATION,
        /** A lane of its own for as long as it waits. */
        BLOCKING,
        /** Nobody: not through this proxy. */
        REFUSED
    }

    /**
     * Where the keys are: the arguments {@code first}, {@code first + step} … {@code last}; a negative {@code last} counts from
     * the end. Or, with {@code countAt} &gt; 0: that argument holds the number of keys that follow it.
     *
     * @param first index of the first key; 0: no keys
     * @param last index of the last key; -1: the last argument
     * @param step distance between keys
     * @param countAt index of the argument that holds the number of keys; 0: none
     */
    public record KeySpec(int first, int last, int step, int countAt) {
        /** No keys. */
        public static final KeySpec NONE = new KeySpec(0, 0, 0, 0);
        /** One key, right after the name. */
        public static final KeySpec FIRST_ARGUMENT = new KeySpec(1, 1, 1, 0);

        /** Whether there may be more than one key, as far as this tells. */
        public boolean several() {
            return first == 0 || last != first || countAt > 0;
        }
    }

    /** How a write that the authority has executed is carried to the follower. */
    public enum EffectRule {
        /** Nothing to carry. */
        NONE,
        /** The same request does the same there. */
        SAME,
        /** The protocol derives a deterministic request from the request and the authority's reply. */
        REWRITE,
        /** Not derivable: the keys are copied again. */
        RESYNC,
        /** The same request; it changes the whole data set: FLUSHALL. Afterwards everything is compared. */
        EVERYWHERE,
        /** The same request; it changes no data, so nothing is lost if the follower misses it: PUBLISH. */
        ANNOUNCE
    }

    /** How two replies to the same request compare. */
    public enum ReplyNature {
        /** Byte for byte. */
        EXACT,
        /** As sets. */
        UNORDERED,
        /** By shape only. */
        RANDOM,
        /** As a remaining time, with a tolerance. */
        TTL
    }

    /** How a request over several keys may be divided when they are on different sides. */
    public enum Split {
        /** Not at all: it is atomic, or its answer cannot be put together. */
        NONE,
        /** One element per key, in the order of the keys. */
        CONCAT,
        /** The sum of whole numbers. */
        SUM
    }
}
