package io.segue.proxy.config;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.segue.core.validation.InvalidFieldException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a proxy and the control plane trust each other. The files are read for every attempt, so that renewed ones are taken up.
 *
 * @param authority PEM, who has signed the control plane's certificate
 * @param certificate PEM, the proxy's own certificate; null if it has none
 * @param key PEM, PKCS #8, its private key; null without a certificate
 */
public record LinkTls(
        Path authority,
        @Nullable Path certificate,
        @Nullable Path key) {

    /**
     * Checked: what is wrong from the start is a mistake in the command.
     *
     * @throws InvalidFieldException a file cannot be used
     */
    public static LinkTls of(Path authority, @Nullable Path certificate, @Nullable Path key) {
        if ((certificate == null) != (key == null)) {
            throw new InvalidFieldException(
                    certificate == null ? "--control-plane-cert" : "--control-plane-key",
                    "nothing",
                    "a file: certificate and key go together");
        }
        LinkTls tls = new LinkTls(authority, certificate, key);
        readable("--control-plane-ca", authority);
        readable("--control-plane-cert", certificate);
        readable("--control-plane-key", key);
        try {
            NettyChannelBuilder unused = NettyChannelBuilder.forAddress("localhost", 1, tls.credentials());
        } catch (IOException | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new InvalidFieldException(
                    "--control-plane-ca, --control-plane-cert, --control-plane-key",
                    String.valueOf(cause.getMessage()),
                    "certificates and an unencrypted PKCS #8 key, all in PEM");
        }
        return tls;
    }

    private static void readable(String flag, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw new InvalidFieldException(flag, file, "a file that can be read");
        }
    }

    /** For one connection. */
    ChannelCredentials credentials() throws IOException {
        TlsChannelCredentials.Builder credentials =
                TlsChannelCredentials.newBuilder().trustManager(authority.toFile());
        if (certificate != null && key != null) {
            credentials.keyManager(certificate.toFile(), key.toFile());
        }
        return credentials.build();
    }
}
