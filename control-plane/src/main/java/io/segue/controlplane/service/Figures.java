package io.segue.controlplane.service;

import io.segue.controlplane.mover.MoverStatus;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementOrBuilder;
import io.segue.proto.v1.MoverFigures;
import io.segue.proto.v1.MoverPhase;
import java.util.List;
import java.util.stream.Collectors;

/** What movers have done, as messages, and added up. */
final class Figures {
    private Figures() {}

    static MoverFigures of(MoverStatus status) {
        return MoverFigures.newBuilder()
                .setPhase(MoverPhase.valueOf("MOVER_PHASE_" + status.phase().name()))
                .setPaused(status.paused())
                .setFeed(status.feed())
                .setReason(status.reason())
                .setKeysTotal(status.keysTotal())
                .setKeysCopied(status.keysCopied())
                .setKeysFollowed(status.keysFollowed())
                .setBytesCopied(status.bytes())
                .setKeysPerSecond(status.keysPerSecond())
                .setBytesPerSecond(status.bytesPerSecond())
                .setEtaSeconds(status.etaSeconds())
                .setOwed(status.owed())
                .setSettling(status.settling())
                .setLagMs(status.lagMs())
                .setErrorKeys(status.errorKeys())
                .setConflicts(status.conflicts())
                .setRechecks(status.rechecks())
                .setThrottledMs(status.throttledMs())
                .build();
    }

    /** What is moved where, for events. */
    static String describe(MovementOrBuilder movement) {
        return movement.getPairsList().stream()
                .filter(pair -> !pair.getDone())
                .map(pair -> Movements.authority(pair) == Side.OLD
                        ? Names.strip(pair.getKind(), "MOVEMENT_KIND_") + " of " + pair.getOldEndpoint() + " to "
                                + pair.getNewEndpoint()
                        : "the way back of " + pair.getNewEndpoint() + " to " + pair.getOldEndpoint())
                .collect(Collectors.joining(", "));
    }

    /** Writes the figures of a mover that is about to be closed into its pair. */
    static void keep(Movement.Builder movement, RunningMover mover) {
        MoverFigures now = of(mover.mover().status());
        MoverFigures.Builder last = now.toBuilder().clearKeysPerSecond().clearBytesPerSecond();
        if (now.getPhase() != MoverPhase.MOVER_PHASE_FAILED && now.getPhase() != MoverPhase.MOVER_PHASE_DONE) {
            last.setPhase(MoverPhase.MOVER_PHASE_CLOSED);
        }
        for (MovedPair.Builder pair : movement.getPairsBuilderList()) {
            if (pair.getEpoch() == mover.pair().getEpoch() && Movements.same(pair.build(), mover.pair())) {
                pair.setLast(last);
            }
        }
    }

    /**
     * Sums; of lag and remaining time the largest; the phase that is furthest from the end; feeds and reasons that differ, one after
     * another.
     */
    static MoverFigures total(List<MoverFigures> parts) {
        MoverFigures.Builder total = MoverFigures.newBuilder();
        for (MoverFigures part : parts) {
            boolean first = total.getPhase() == MoverPhase.MOVER_PHASE_UNSPECIFIED;
            if (first || rank(part.getPhase()) < rank(total.getPhase())) {
                total.setPhase(part.getPhase());
            }
            total.setPaused(total.getPaused() || part.getPaused())
                    .setFeed(joined(total.getFeed(), part.getFeed()))
                    .setReason(joined(total.getReason(), part.getReason()))
                    .setKeysTotal(total.getKeysTotal() + part.getKeysTotal())
                    .setKeysCopied(total.getKeysCopied() + part.getKeysCopied())
                    .setKeysFollowed(total.getKeysFollowed() + part.getKeysFollowed())
                    .setBytesCopied(total.getBytesCopied() + part.getBytesCopied())
                    .setKeysPerSecond(total.getKeysPerSecond() + part.getKeysPerSecond())
                    .setBytesPerSecond(total.getBytesPerSecond() + part.getBytesPerSecond())
                    .setEtaSeconds(longest(total.getEtaSeconds(), part.getEtaSeconds()))
                    .setOwed(total.getOwed() + part.getOwed())
                    .setSettling(total.getSettling() + part.getSettling())
                    .setLagMs(Math.max(total.getLagMs(), part.getLagMs()))
                    .setErrorKeys(total.getErrorKeys() + part.getErrorKeys())
                    .setConflicts(total.getConflicts() + part.getConflicts())
                    .setRechecks(total.getRechecks() + part.getRechecks())
                    .setThrottledMs(total.getThrottledMs() + part.getThrottledMs());
        }
        return total.build();
    }

    private static int rank(MoverPhase phase) {
        return switch (phase) {
            case MOVER_PHASE_FAILED -> 0;
            case MOVER_PHASE_UNSPECIFIED, UNRECOGNIZED, MOVER_PHASE_NEW -> 1;
            case MOVER_PHASE_STARTING -> 2;
            case MOVER_PHASE_COPYING -> 3;
            case MOVER_PHASE_FOLLOWING -> 4;
            case MOVER_PHASE_DONE -> 5;
            case MOVER_PHASE_CLOSED -> 6;
        };
    }

    /** An unknown time makes the whole unknown. */
    private static long longest(long a, long b) {
        return a < 0 || b < 0 ? -1 : Math.max(a, b);
    }

    private static String joined(String all, String one) {
        if (one.isEmpty() || all.contains(one)) {
            return all;
        }
        return all.isEmpty() ? one : all + "; " + one;
    }
}
