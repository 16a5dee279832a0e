package io.segue.core.labels;

/**
 * One operation as label rules see it. Reused, so that looking at a request allocates nothing: {@link #begin} forgets what was there before.
 * Confined to one thread.
 */
public final class Subject {
    private static final byte[] NOTHING = new byte[0];
    private static final int NO_KEY = -1;

    private byte[] key = NOTHING;
    private int keyLength = NO_KEY;
    private String command = "";
    private Caller caller = Caller.NOBODY;
    private int db;
    private String template = "";
    private String api = "";

    /**
     * Another operation, with no key yet.
     *
     * @param newCommand name of the command, in capitals
     * @param newDb database number
     */
    public Subject begin(String newCommand, Caller newCaller, int newDb) {
        keyLength = NO_KEY;
        command = newCommand;
        caller = newCaller;
        db = newDb;
        template = "";
        api = "";
        return this;
    }

    /** It comes through the API gateway: by which template, and for which API; empty if by none. */
    public Subject through(String newTemplate, String newApi) {
        template = newTemplate;
        api = newApi;
        return this;
    }

    /** Looks at a key of it: {@code bytes[0, length)}, which must stay as they are while it is looked at. */
    public Subject key(byte[] bytes, int length) {
        key = bytes;
        keyLength = length;
        return this;
    }

    /** Whether it names a key. */
    public boolean hasKey() {
        return keyLength != NO_KEY;
    }

    public byte[] key() {
        return key;
    }

    /** Length of the key in bytes; -1 if there is none. */
    public int keyLength() {
        return keyLength;
    }

    public String command() {
        return command;
    }

    public Caller caller() {
        return caller;
    }

    public int db() {
        return db;
    }

    public String template() {
        return template;
    }

    public String api() {
        return api;
    }
}
