package io.segue.core.strategy;

import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;

/** Under a dual write: whose state is the truth, whose answer the client gets, and whose failure reaches it. */
public enum WritePolicy {
    /** OLD's answer; trouble on NEW never reaches the client. */
    OLD_AUTHORITATIVE(Side.OLD, Quorum.AUTHORITY),
    /** NEW's answer; trouble on OLD never reaches the client. */
    NEW_AUTHORITATIVE(Side.NEW, Quorum.AUTHORITY),
    /** OLD's answer if both sides have executed the write; otherwise an error that names the side. */
    BOTH_REQUIRED(Side.OLD, Quorum.BOTH),
    /** OLD's answer; NEW's while OLD cannot be reached, unless NEW lacks an earlier write of the key. */
    BEST_EFFORT(Side.OLD, Quorum.EITHER),
    /** OLD's answer; NEW's while OLD cannot be reached. The whole key is taken from the side that took the later write. */
    LAST_WRITE_WINS(Side.OLD, Quorum.LATEST);

    private final Side authority;
    private final Quorum quorum;

    WritePolicy(Side authority, Quorum quorum) {
        this.authority = authority;
        this.quorum = quorum;
    }

    /** The side whose state is the truth, unless the strategy says that another one is. */
    public Side authority() {
        return authority;
    }

    /** What the client's success takes. */
    public Quorum quorum() {
        return quorum;
    }

    /** A write for both sides by this policy. */
    public Verdict verdict() {
        return Verdict.dual(authority, quorum);
    }
}
