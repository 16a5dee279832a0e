package io.segue.controlplane.service;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the {@code Authorization} header, which both faces have. */
public final class Bearer {
    private static final String SCHEME = "bearer ";

    private Bearer() {}

    /**
     * Who calls.
     *
     * @param header value of the header; null if the call has none
     * @throws ServiceException there is no token, or nobody knows it
     */
    public static Identity identify(TokenService tokens, @Nullable String header) {
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            throw new ServiceException(
                    Code.UNAUTHENTICATED, "Authorization header: missing (expected: Bearer and a token)");
        }
        return tokens.authenticate(header.substring(SCHEME.length()).strip())
                .orElseThrow(() -> new ServiceException(Code.UNAUTHENTICATED, "the token is not known"));
    }
}
