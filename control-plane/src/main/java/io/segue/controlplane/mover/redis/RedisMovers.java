package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverFactory;

/** Makes movers between Redis servers. Thread-safe. */
public final class RedisMovers implements MoverFactory {
    @Override
    public DataMover create(MoverSpec spec, MoverListener listener) {
        return new RedisMover(spec, listener);
    }

    @Override
    public Probe probe(MoverSpec spec) {
        return new MoverProbe(spec).look();
    }
}
