package io.segue.proxy.config;

import java.io.IOException;
import java.util.Set;

/**
 * Remembers, beyond the end of the process, under which migrations this proxy writes to two sides. A proxy that ended without saying that
 * both sides were equal may have left a write on one side only; when it starts again it must not trust either.
 */
public interface DualWriteJournal {
    /** Remembers nothing. */
    DualWriteJournal NONE = new DualWriteJournal() {
        @Override
        public boolean interrupted(String migrationUuid) {
            return false;
        }

        @Override
        public void running(Set<String> migrationUuids) {
            // There is nowhere to write it.
        }
    };

    /** Whether the process before this one ended while its sides under that migration were not known to be equal. */
    boolean interrupted(String migrationUuid);

    /**
     * From now on these migrations, and no others, may have sides that are not equal. When this returns it survives a power cut.
     *
     * @throws IOException it could not be kept; what was there before still is
     */
    void running(Set<String> migrationUuids) throws IOException;
}
