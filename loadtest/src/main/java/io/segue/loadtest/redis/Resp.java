package io.segue.loadtest.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One reply of a Redis server. */
public sealed interface Resp {
    /** {@code +text}. */
    record Simple(String text) implements Resp {
        @Override
        public String toString() {
            return text;
        }
    }

    /** {@code -text}, or RESP3's blob error. */
    record Failure(String text) implements Resp {
        @Override
        public String toString() {
            return "-" + text;
        }
    }

    /** {@code :n}. */
    record Int(long value) implements Resp {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** {@code $n}, or RESP3's verbatim string with its type prefix. */
    final class Bulk implements Resp {
        private final byte[] bytes;

        /** Takes the array as it is. */
        public Bulk(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bulk bulk && Arrays.equals(bytes, bulk.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Any of the three nulls. */
    record Nil() implements Resp {
        @Override
        public String toString() {
            return "(nil)";
        }
    }

    /** RESP3's {@code ,} {@code #} and {@code (}: kept as the text that came. */
    record Scalar(char marker, String text) implements Resp {
        @Override
        public String toString() {
            return text;
        }
    }

    /** Array, set, map or push: {@code marker} is the first byte; a map holds keys and values in turn. Attributes are dropped. */
    record Aggregate(char marker, List<Resp> items) implements Resp {
        /** Copies the list. */
        public Aggregate {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return items.stream().map(Resp::toString).collect(Collectors.joining(" ", "[", "]"));
        }
    }

    /** Whether this is an error reply. */
    default boolean isError() {
        return this instanceof Failure;
    }

    /** Whether this is a null. */
    default boolean isNil() {
        return this instanceof Nil;
    }

    /** The reply as readable text; of an aggregate all items. */
    default String text() {
        return toString();
    }

    /**
     * The number this is, or says.
     *
     * @throws NumberFormatException if it is neither
     */
    default long number() {
        return this instanceof Int i ? i.value() : Long.parseLong(toString());
    }

    /**
     * The items.
     *
     * @throws IllegalStateException if this is no aggregate
     */
    default List<Resp> items() {
        if (this instanceof Aggregate aggregate) {
            return aggregate.items;
        }
        throw new IllegalStateException("reply: " + this + " (expected: an aggregate)");
    }

    /**
     * The bytes of a bulk string.
     *
     * @throws IllegalStateException if this is none
     */
    default byte[] bytes() {
        if (this instanceof Bulk bulk) {
            return bulk.bytes;
        }
        throw new IllegalStateException("reply: " + this + " (expected: a bulk string)");
    }
}
