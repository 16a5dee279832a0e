package io.segue.core.strategy;

import io.segue.core.verdict.Side;

/** Whose answer the client gets under a dual write; trouble on the other side goes to the ledger and never reaches the client. */
public enum WritePolicy {
    /** OLD's answer. */
    OLD_AUTHORITATIVE(Side.OLD),
    /** NEW's answer. */
    NEW_AUTHORITATIVE(Side.NEW);

    private final Side authority;

    WritePolicy(Side authority) {
        this.authority = authority;
    }

    /** The side whose state is the truth. */
    public Side authority() {
        return authority;
    }
}
