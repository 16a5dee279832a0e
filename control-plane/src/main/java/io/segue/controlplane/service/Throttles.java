package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.core.validation.InvalidFieldException;
import io.segue.proto.v1.SetThrottleRequest;
import io.segue.proto.v1.Throttle;

/** Limits of movers. */
final class Throttles {
    private static final long MAX_KEYS = 1_000_000_000L;
    private static final long MAX_BYTES = 1_000_000_000_000L;

    private Throttles() {}

    /** Refuses what makes no sense; {@code path} is what stands before the field's name. */
    static void check(String path, Throttle throttle) {
        range(path + "keys_per_second", throttle.getKeysPerSecond(), MAX_KEYS);
        range(path + "bytes_per_second", throttle.getBytesPerSecond(), MAX_BYTES);
    }

    private static void range(String field, long value, long max) {
        if (value < 0 || value > max) {
            throw new InvalidFieldException(field, Long.toUnsignedString(value), "0 to " + max);
        }
    }

    /** With what a request changes. */
    static Throttle changed(Throttle before, SetThrottleRequest request) {
        Throttle.Builder after = before.toBuilder();
        if (request.hasKeysPerSecond()) {
            after.setKeysPerSecond(request.getKeysPerSecond());
        }
        if (request.hasBytesPerSecond()) {
            after.setBytesPerSecond(request.getBytesPerSecond());
        }
        if (request.hasAdaptive()) {
            after.setAdaptive(request.getAdaptive());
        }
        return after.build();
    }

    private static boolean adaptive(Throttle throttle) {
        return !throttle.hasAdaptive() || throttle.getAdaptive();
    }

    static Throttle spelledOut(Throttle throttle) {
        return throttle.toBuilder().setAdaptive(adaptive(throttle)).build();
    }

    /** For the movers. */
    static Ceilings ceilings(Throttle throttle) {
        return new Ceilings(throttle.getKeysPerSecond(), throttle.getBytesPerSecond(), adaptive(throttle));
    }

    /** For events. */
    static String describe(Throttle throttle) {
        return limit(throttle.getKeysPerSecond(), "keys") + ", " + limit(throttle.getBytesPerSecond(), "bytes") + ", "
                + (adaptive(throttle) ? "adaptive" : "not adaptive");
    }

    private static String limit(long value, String what) {
        return value == 0 ? "any number of " + what + "/s" : "at most " + value + " " + what + "/s";
    }
}
