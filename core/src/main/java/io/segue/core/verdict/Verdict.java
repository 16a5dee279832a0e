package io.segue.core.verdict;

import java.util.function.Function;

/** Where an operation goes. Instances are shared: deciding allocates nothing. */
public sealed interface Verdict {

    /** The side whose state is the truth for the operation's key, as far as this verdict tells. */
    Side primary();

    /** Calls the function of this case; a new case does not compile until every caller handles it. */
    <R> R match(Function<Single, R> single, Function<Dual, R> dual, Function<Shadowed, R> shadowed);

    /** To one side only. */
    static Single single(Side side) {
        return side == Side.OLD ? Single.OLD : Single.NEW;
    }

    /** To both sides; the authority's success is the client's. */
    static Dual dual(Side authority) {
        return dual(authority, Quorum.AUTHORITY);
    }

    /** To both sides; the client's success takes what {@code quorum} says. */
    static Dual dual(Side authority, Quorum quorum) {
        return Dual.ALL[authority.ordinal()][quorum.ordinal()];
    }

    /** To one side, with a copy to the other. */
    static Shadowed shadowed(Side side) {
        return side == Side.OLD ? Shadowed.OLD : Shadowed.NEW;
    }

    /** One side serves it. */
    record Single(Side side) implements Verdict {
        private static final Single OLD = new Single(Side.OLD);
        private static final Single NEW = new Single(Side.NEW);

        @Override
        public Side primary() {
            return side;
        }

        @Override
        public <R> R match(Function<Single, R> single, Function<Dual, R> dual, Function<Shadowed, R> shadowed) {
            return single.apply(this);
        }
    }

    /**
     * A write for both sides: the authority executes it, its effect goes to the other side.
     *
     * @param quorum what the client's success takes
     */
    record Dual(Side authority, Quorum quorum) implements Verdict {
        private static final Dual[][] ALL = new Dual[Side.values().length][Quorum.values().length];

        static {
            for (Side side : Side.values()) {
                for (Quorum quorum : Quorum.values()) {
                    ALL[side.ordinal()][quorum.ordinal()] = new Dual(side, quorum);
                }
            }
        }

        @Override
        public Side primary() {
            return authority;
        }

        @Override
        public <R> R match(Function<Single, R> single, Function<Dual, R> dual, Function<Shadowed, R> shadowed) {
            return dual.apply(this);
        }
    }

    /** One side answers; the other gets a copy whose reply is compared and dropped. */
    record Shadowed(Side side) implements Verdict {
        private static final Shadowed OLD = new Shadowed(Side.OLD);
        private static final Shadowed NEW = new Shadowed(Side.NEW);

        @Override
        public Side primary() {
            return side;
        }

        @Override
        public <R> R match(Function<Single, R> single, Function<Dual, R> dual, Function<Shadowed, R> shadowed) {
            return shadowed.apply(this);
        }
    }
}
