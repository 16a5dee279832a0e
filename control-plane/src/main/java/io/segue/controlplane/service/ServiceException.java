package io.segue.controlplane.service;

import java.util.Map;

/** A call failed; each face turns this into its own kind of error. */
public final class ServiceException extends RuntimeException {
    private final Code code;
    private final transient Map<String, Object> details;

    /**
     * A failure with facts.
     *
     * @param message for a person; names what, and what would be accepted
     * @param details for a program; values are texts, numbers, or lists of them
     */
    public ServiceException(Code code, String message, Map<String, Object> details) {
        super(message);
        this.code = code;
        this.details = Map.copyOf(details);
    }

    /** A failure without facts beyond the message. */
    public ServiceException(Code code, String message) {
        this(code, message, Map.of());
    }

    /** Nothing has that id. */
    public static ServiceException notFound(String what, String id) {
        return new ServiceException(Code.NOT_FOUND, what + " " + id + " does not exist", Map.of("id", id));
    }

    /** The id is taken. */
    public static ServiceException exists(String what, String id) {
        return new ServiceException(Code.ALREADY_EXISTS, what + " " + id + " exists already", Map.of("id", id));
    }

    /** The state of things is in the way. */
    public static ServiceException conflict(String message) {
        return new ServiceException(Code.CONFLICT, message);
    }

    /** What kind of failure it is. */
    public Code code() {
        return code;
    }

    /** Facts for programs. */
    public Map<String, Object> details() {
        return details;
    }
}
