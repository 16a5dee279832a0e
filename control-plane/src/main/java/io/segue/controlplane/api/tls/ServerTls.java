package io.segue.controlplane.api.tls;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** What one face needs to speak TLS 1.2 and 1.3. The files are read once. Thread-safe. */
public final class ServerTls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final String ENTRY = "segue";
    /** Of key stores that never leave memory. */
    private static final String PASSWORD = "memory";

    private final KeyStore keys;
    private final @Nullable KeyStore clients;

    private ServerTls(KeyStore keys, @Nullable KeyStore clients) {
        this.keys = keys;
        this.clients = clients;
    }

    /**
     * Reads the files.
     *
     * @param face "rest" or "grpc", for messages: they name {@code --FACE-tls-cert}, {@code --FACE-tls-key} and {@code --tls-client-ca}
     * @param certificate PEM, the server's own certificate first
     * @param key PEM, PKCS #8, not encrypted
     * @param clientCa PEM; present: every client must show a certificate that one of these has signed
     * @throws io.segue.core.validation.InvalidFieldException a file is not what it should be
     */
    public static ServerTls read(String face, Path certificate, Path key, Optional<Path> clientCa) throws IOException {
        List<X509Certificate> chain = Pem.certificates("--" + face + "-tls-cert", certificate);
        PrivateKey secret = Pem.key(
                "--" + face + "-tls-key", key, chain.get(0).getPublicKey().getAlgorithm());
        List<X509Certificate> authorities =
                clientCa.isPresent() ? Pem.certificates("--tls-client-ca", clientCa.get()) : List.of();
        try {
            KeyStore keys = empty();
            keys.setKeyEntry(ENTRY, secret, PASSWORD.toCharArray(), chain.toArray(X509Certificate[]::new));
            KeyStore clients = null;
            if (!authorities.isEmpty()) {
                clients = empty();
                for (X509Certificate authority : authorities) {
                    clients.setCertificateEntry(ENTRY + clients.size(), authority);
                }
            }
            return new ServerTls(keys, clients);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate in " + certificate + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** For gRPC. */
    public ServerCredentials credentials() throws IOException {
        try {
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, PASSWORD.toCharArray());
            TlsServerCredentials.Builder credentials =
                    TlsServerCredentials.newBuilder().keyManager(own.getKeyManagers());
            if (clients != null) {
                TrustManagerFactory trusted =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trusted.init(clients);
                credentials
                        .trustManager(trusted.getTrustManagers())
                        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
            }
            return credentials.build();
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /** For the web server. */
    public SslContextFactory.Server sslContextFactory() {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setKeyStore(keys);
        factory.setKeyStorePassword(PASSWORD);
        factory.setIncludeProtocols(PROTOCOLS);
        if (clients != null) {
            factory.setTrustStore(clients);
            factory.setTrustStorePassword(PASSWORD);
            factory.setNeedClientAuth(true);
        }
        return factory;
    }
}
