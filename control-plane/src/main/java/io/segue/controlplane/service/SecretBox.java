package io.segue.controlplane.service;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Encrypts what must not be read from the disk: AES-256-GCM with a key that stands in a file of its own. Thread-safe. */
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    private SecretBox(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /** Uses the key in {@code file}; makes one on first use. */
    public static SecretBox open(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] fresh = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(fresh);
            PrivateFiles.write(file, fresh);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length != KEY_BYTES) {
            throw new IOException(file + ": " + key.length + " bytes (expected: " + KEY_BYTES + ")");
        }
        return new SecretBox(key);
    }

    /** Encrypts {@code clear}; only {@link #open(ByteString, String)} with the same {@code owner} reads it again. */
    ByteString seal(ByteString clear, String owner) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, clear.toByteArray(), owner);
        return ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed));
    }

    /** Decrypts what {@link #seal} made. */
    ByteString open(ByteString sealed, String owner) {
        byte[] bytes = sealed.toByteArray();
        byte[] nonce = Arrays.copyOf(bytes, NONCE_BYTES);
        return ByteString.copyFrom(
                run(Cipher.DECRYPT_MODE, nonce, Arrays.copyOfRange(bytes, NONCE_BYTES, bytes.length), owner));
    }

    private byte[] run(int mode, byte[] nonce, byte[] input, String owner) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "the stored credentials of " + owner + " cannot be decrypted: is secret.key the one they were"
                            + " stored with?",
                    e);
        }
    }
}
