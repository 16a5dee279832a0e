package io.segue.proxy.protocol;

/** A peer sent what the protocol does not allow. The message is fit to be shown to that peer. The connection cannot go on. */
public final class ProtocolException extends Exception {
    private final String text;

    public ProtocolException(String message) {
        // A bad peer decides how often this happens: no stack trace.
        super(message, null, false, false);
        this.text = message;
    }

    /** What is wrong. */
    public String text() {
        return text;
    }
}
