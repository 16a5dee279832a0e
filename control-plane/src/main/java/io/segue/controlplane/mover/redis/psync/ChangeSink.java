package io.segue.controlplane.mover.redis.psync;

/** What the effects of a stream touch. */
interface ChangeSink {
    /** A key may have another value, or none. */
    void change(int db, byte[] key);

    /** Any key may have another value. */
    void everything(String reason);

    /** The functions are others now. */
    void functions();
}
