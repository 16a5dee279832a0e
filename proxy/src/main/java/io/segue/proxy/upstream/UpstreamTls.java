package io.segue.proxy.upstream;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.segue.proxy.config.ServerAddress;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/** TLS towards the databases: certificates are checked against the JVM's trust store, names included. Thread-safe. */
public final class UpstreamTls {
    private final SslContext context;

    /** @throws IllegalStateException the JVM has no usable TLS */
    public UpstreamTls() {
        try {
            context = SslContextBuilder.forClient().build();
        } catch (SSLException e) {
            throw new IllegalStateException("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    /** Puts TLS in front if the server wants it. */
    void addTo(ChannelPipeline pipeline, ServerAddress address) {
        if (address.tls()) {
            SslHandler handler = context.newHandler(pipeline.channel().alloc(), address.host(), address.port());
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            handler.engine().setSSLParameters(parameters);
            pipeline.addLast("tls", handler);
        }
    }
}
