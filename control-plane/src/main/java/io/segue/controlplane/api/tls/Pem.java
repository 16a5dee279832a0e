package io.segue.controlplane.api.tls;

import io.segue.core.validation.InvalidFieldException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys from PEM files. Every complaint names the flag and the file, never the content. */
final class Pem {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern OTHER_KEY = Pattern.compile("-----BEGIN ([A-Z]+ PRIVATE KEY)-----");

    private Pem() {}

    /** All certificates of a file, in its order; at least one. */
    static List<X509Certificate> certificates(String flag, Path file) throws IOException {
        try {
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(read(flag, file)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (CertificateException e) {
            // Told below, like a file without any.
        }
        throw new InvalidFieldException(flag, file, "a file with certificates in PEM");
    }

    /** The private key of a file. */
    static PrivateKey key(String flag, Path file, String algorithm) throws IOException {
        String text = new String(read(flag, file), StandardCharsets.US_ASCII);
        Matcher key = PRIVATE_KEY.matcher(text);
        if (key.find()) {
            try {
                byte[] bytes = Base64.getMimeDecoder().decode(key.group(1));
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new InvalidFieldException(flag, file, "the " + algorithm + " key of the certificate");
            }
        }
        Matcher other = OTHER_KEY.matcher(text);
        String found = other.find() ? file + " with a " + other.group(1) : file.toString();
        throw new InvalidFieldException(
                flag, found, "a PRIVATE KEY in PEM, not encrypted (openssl pkcs8 -topk8 -nocrypt makes one)");
    }

    private static byte[] read(String flag, Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new InvalidFieldException(flag, file, "a file that can be read");
        }
        return Files.readAllBytes(file);
    }
}
