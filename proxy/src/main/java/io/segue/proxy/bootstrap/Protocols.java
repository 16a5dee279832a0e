package io.segue.proxy.bootstrap;

import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.redis.RedisProtocol;
import java.util.List;

/** The protocols that the proxy speaks: one line each. */
final class Protocols {
    private Protocols() {}

    static List<Protocol> all() {
        return List.of(new RedisProtocol());
    }
}
