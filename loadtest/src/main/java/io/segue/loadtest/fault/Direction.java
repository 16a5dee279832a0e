package io.segue.loadtest.fault;

/** Which way bytes go. */
public enum Direction {
    /** From who has connected to the server behind. */
    TO_SERVER,
    /** From the server to who has connected. */
    TO_CLIENT
}
