package io.segue.controlplane.push;

import io.segue.proto.v1.ConfigResponse;

/** The way to one proxy. Calls never block; the hub makes them one at a time. */
public interface Outbound {
    /** Whether the stream takes a message now; when it does again, {@link ProxySession#onReady} is to be called. */
    boolean isReady();

    /** Sends a message. */
    void send(ConfigResponse response);

    /** Ends the stream because another one took its place. */
    void replaced(String reason);
}
