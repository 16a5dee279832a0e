package io.segue.controlplane.mover;

import java.util.List;

/** For databases that no mover is written for: pre-flight says so, and migrations without data movement go on without one. */
public final class NoMovers implements MoverFactory {
    @Override
    public DataMover create(MoverSpec spec, MoverListener listener) {
        return new UnmadeMover(reason(spec), listener);
    }

    @Override
    public Probe probe(MoverSpec spec) {
        return new Probe(
                "",
                List.of(new Finding(
                        true, "no_mover", reason(spec), "set data to none, and fill NEW by other means before")));
    }

    private static String reason(MoverSpec spec) {
        return "there is no data mover for databases of kind "
                + spec.authority().getKind();
    }
}
