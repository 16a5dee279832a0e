package io.segue.core.movement;

import java.util.OptionalLong;

/**
 * How a mover gets the right to write the follower, as a pure function, for each of its writing connections: the store issues epochs, and
 * the name of a connection carries its mover's epoch.
 *
 * <pre>
 *   CONNECTED ──named──► NAMED ──epoch is current──► CURRENT ──nobody older is listed──► ALONE: may write
 *                          │ is not                    │ ▲ older ones are listed: kill them, list again
 *                          ▼                           └─┘
 *                       REFUSED: for good
 * </pre>
 *
 * <p>The order carries the proof: a successor writes its epoch to the store <em>before</em> it lists connections; a mover names its
 * connection <em>before</em> it reads the store. Whichever comes first, either the mover sees that it is superseded, or its successor sees its
 * connection. A lost connection starts again at {@link #CONNECTED}, and the store is read again.
 */
public enum Admission {
    /** A connection without a name. Nothing may be sent but its name. */
    CONNECTED,
    /** The server has confirmed the name. The store is to be read now. */
    NAMED,
    /** The store knows no higher epoch. Connections of lower ones are to be listed now, and killed. */
    CURRENT,
    /** No lower one is left: nothing of a predecessor can arrive any more. */
    ALONE,
    /** Superseded. The mover ends. */
    REFUSED;

    /** What a step has shown. */
    public enum Event {
        /** The server has confirmed the name of the connection. */
        NAMED,
        /** The store's epoch, read after that, is ours. */
        EPOCH_CURRENT,
        /** It is a higher one, or a connection of a higher one is listed. */
        EPOCH_SUPERSEDED,
        /** Connections of lower epochs are listed; they are being killed. */
        OLDER_LISTED,
        /** A list that was asked for after the store was read, and after the last kill was confirmed, shows no lower epoch. */
        NONE_OLDER
    }

    /** Whether data may be written. */
    public boolean mayWrite() {
        return this == ALONE;
    }

    /**
     * The state after {@code event}.
     *
     * @throws IllegalStateException the steps were taken in another order: a defect of the caller
     */
    public Admission after(Event event) {
        if (this == REFUSED || event == Event.EPOCH_SUPERSEDED) {
            return REFUSED;
        }
        return switch (event) {
            case NAMED -> only(event, CONNECTED, NAMED);
            case EPOCH_CURRENT -> only(event, NAMED, CURRENT);
            case OLDER_LISTED -> only(event, CURRENT, CURRENT);
            case NONE_OLDER -> only(event, CURRENT, ALONE);
            case EPOCH_SUPERSEDED -> REFUSED;
        };
    }

    private Admission only(Event event, Admission from, Admission to) {
        if (this != from) {
            throw new IllegalStateException(event + " cannot happen to a connection that is " + this);
        }
        return to;
    }

    /** The name of a mover's connections: of one movement, with the mover's epoch. No spaces, so that it may be a client name. */
    public static String connectionName(String movement, long epoch) {
        return prefix(movement) + epoch;
    }

    /** The epoch in a connection's name; empty if it is no mover's of this movement. */
    public static OptionalLong epoch(String movement, String connectionName) {
        String prefix = prefix(movement);
        if (!connectionName.startsWith(prefix) || connectionName.length() - prefix.length() > 18) {
            return OptionalLong.empty();
        }
        String digits = connectionName.substring(prefix.length());
        boolean number = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }

    private static String prefix(String movement) {
        return "segue-mover:" + movement + ":";
    }
}
