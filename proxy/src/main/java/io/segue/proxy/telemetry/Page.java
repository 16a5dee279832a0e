package io.segue.proxy.telemetry;

/** What the admin port shows at one path. Called on the admin thread for every GET. */
@FunctionalInterface
public interface Page {

    /** The page as it is now. */
    Reply show();

    /**
     * An answer.
     *
     * @param status HTTP status
     * @param contentType of the body
     * @param body text
     */
    record Reply(int status, String contentType, String body) {
        private static final String JSON = "application/json";

        /** An answer in JSON. */
        public static Reply json(int status, String body) {
            return new Reply(status, JSON, body);
        }
    }
}
