package io.segue.controlplane.time;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Between protobuf's and Java's idea of a moment. Stored moments have a resolution of a millisecond. */
public final class Times {
    private Times() {}

    /** As a message. */
    public static Timestamp of(Instant instant) {
        Instant millis = instant.truncatedTo(ChronoUnit.MILLIS);
        return Timestamp.newBuilder()
                .setSeconds(millis.getEpochSecond())
                .setNanos(millis.getNano())
                .build();
    }

    /** From milliseconds since the Unix epoch. */
    public static Timestamp ofMillis(long millis) {
        return of(Instant.ofEpochMilli(millis));
    }

    /** As Java sees it. */
    public static Instant toInstant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
