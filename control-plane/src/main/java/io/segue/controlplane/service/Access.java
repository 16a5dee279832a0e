package io.segue.controlplane.service;

/** What a call needs. */
public enum Access {
    /** No token at all. */
    OPEN("no token"),
    READ("read or admin"),
    ADMIN("admin"),
    /** The configuration stream. */
    STREAM("proxy or admin");

    private final String roles;

    Access(String roles) {
        this.roles = roles;
    }

    /** The roles that have it, for messages. */
    public String roles() {
        return roles;
    }
}
