package io.segue.proxy.config;

/**
 * How this proxy stands with its configuration. Trouble with the link and trouble with a configuration are told apart: the last
 * good snapshot runs in both cases, but they are mended in different places.
 *
 * @param snapshot what runs now; {@link ProxySnapshot#EMPTY} with source {@link Source#NONE}
 * @param source where it came from
 * @param connected whether the stream to the control plane is up
 * @param linkError why it last broke or could not be opened; empty if it never did
 * @param rejectedVersion the last configuration that could not be run; 0 if there was none
 * @param rejectedReason why; empty if there was none
 * @param cacheError why the copy on disk could not be read or written; empty if all is well
 */
public record ConfigStatus(
        ProxySnapshot snapshot,
        Source source,
        boolean connected,
        String linkError,
        long rejectedVersion,
        String rejectedReason,
        String cacheError) {
    /** Before anything has happened. */
    public static final ConfigStatus INITIAL = new ConfigStatus(ProxySnapshot.EMPTY, Source.NONE, false, "", 0, "", "");

    /** Where a configuration came from. */
    public enum Source {
        /** There is none yet. */
        NONE("none"),
        /** The copy of an earlier run. */
        DISK("disk"),
        /** The stream. */
        CONTROL_PLANE("control-plane");

        private final String label;

        Source(String label) {
            this.label = label;
        }

        /** The word that {@code /config} shows. */
        public String label() {
            return label;
        }
    }

    /** The version that runs now; 0 if none does. */
    public long version() {
        return snapshot.version();
    }

    ConfigStatus running(ProxySnapshot newSnapshot, Source newSource) {
        return new ConfigStatus(
                newSnapshot, newSource, connected, linkError, rejectedVersion, rejectedReason, cacheError);
    }

    ConfigStatus rejected(long version, String reason) {
        return new ConfigStatus(snapshot, source, connected, linkError, version, reason, cacheError);
    }

    ConfigStatus linkUp() {
        return new ConfigStatus(snapshot, source, true, linkError, rejectedVersion, rejectedReason, cacheError);
    }

    ConfigStatus linkDown(String error) {
        return new ConfigStatus(snapshot, source, false, error, rejectedVersion, rejectedReason, cacheError);
    }

    ConfigStatus cache(String error) {
        return new ConfigStatus(snapshot, source, connected, linkError, rejectedVersion, rejectedReason, error);
    }
}
