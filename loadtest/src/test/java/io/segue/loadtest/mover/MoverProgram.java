package io.segue.loadtest.mover;

import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A mover in a process of its own, that can be killed: ports of both sides, feed, epoch, folder, keys in a second. */
final class MoverProgram {
    private MoverProgram() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) {
        MoverUnderTest mover = MoverUnderTest.options()
                .feed(FeedChoice.valueOf(arguments[2]))
                .epoch(Long.parseLong(arguments[3]))
                .folder(Path.of(arguments[4]))
                .ceilings(new Ceilings(Long.parseLong(arguments[5]), 0, false))
                .start(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        while (true) {
            LockSupport.park(mover);
        }
    }
}
