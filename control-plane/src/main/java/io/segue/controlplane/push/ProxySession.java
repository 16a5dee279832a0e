package io.segue.controlplane.push;

import io.segue.proto.v1.ConfigRequest;

/** One stream of one proxy. The transport calls it; calls of one stream come one after another. */
public final class ProxySession {
    private final ProxyHub hub;
    private final String proxy;
    private final Outbound outbound;

    ProxySession(ProxyHub hub, String proxy, Outbound outbound) {
        this.hub = hub;
        this.proxy = proxy;
        this.outbound = outbound;
    }

    /** A message after the first. */
    public void onRequest(ConfigRequest request) {
        hub.received(this, request);
    }

    /** The stream takes messages again. */
    public void onReady() {
        hub.ready(this);
    }

    /**
     * The stream is gone.
     *
     * @param goodbye whether the proxy has ended it in order
     */
    public void onClosed(boolean goodbye) {
        hub.closed(this, goodbye);
    }

    /** Id of the proxy at the other end. */
    public String proxy() {
        return proxy;
    }

    Outbound outbound() {
        return outbound;
    }
}
