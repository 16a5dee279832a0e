package io.segue.proxy.protocol;

import java.util.function.IntFunction;

/**
 * What a {@link Conversation} may ask of the session it belongs to, while it handles a request. Every request gets exactly one answer: one
 * call of a method marked ①. Those that give a boolean may answer false: the request cannot be served right now, it will be handed in again, and
 * the conversation must not have changed anything.
 */
public interface SessionControl {
    /** ① Answers with {@code reply}, in its turn. */
    void reply(byte[] reply);

    /** ① Says that a request is served by nobody. */
    void refuse();

    /** ① Answers with nothing: the client is told by messages, or not at all. */
    void noReply();

    /** ① Serves the request as if it were an ordinary command. */
    boolean forward();

    /**
     * ① Sends the request on a connection of the client's own, to the side that is the authority for its keys. Answers the client itself if
     * its keys have different ones.
     */
    boolean forwardPinned();

    /**
     * ① Adds the request to a transaction on a connection of the client's own. The side is that of its first key, for the whole
     * transaction; a request that does not fit is answered with an error.
     *
     * @param opening sent ahead the first time, its reply swallowed; empty: nothing
     */
    Queued forwardInTransaction(byte[] opening);

    /**
     * ① Ends the transaction with the request being handled; its writes take effect if {@code ending} says so.
     *
     * @param opening sent ahead if nothing has been queued yet, its reply swallowed; empty: nothing
     */
    boolean endTransaction(Ending ending, byte[] opening);

    /** Whether the transaction has a connection yet. */
    boolean transactionBegun();

    /** Whether the transaction's keys are still where it began. */
    boolean transactionStillValid();

    /**
     * Gives the transaction up; {@code closing} is sent if it has begun, and its reply swallowed.
     *
     * @param opening as for {@link #endTransaction}
     */
    void abandonTransaction(byte[] opening, byte[] closing);

    /**
     * ① Sends the request on the client's connection for messages. The client gets what comes back through {@link Conversation#onPush};
     * nothing more of it is served until {@link #resume}.
     */
    boolean forwardSubscription();

    /** Goes on serving after {@link #forwardSubscription}. */
    void resume();

    /** Closes the client's connection for messages. */
    void endSubscriptions();

    /** ① Makes the answer from what the server says of itself, once that is known; the client waits. */
    void replyWhenServerKnown(Greeting greeting);

    /**
     * Moves the client to the shared connections of its present dialect and database.
     *
     * @param request does the same on one of the client's own connections, given the database that is the client's there
     */
    void profileChanged(IntFunction<byte[]> request);

    /** From now on every request of the client goes out on connections of its own, each opened with {@code journal} first. */
    void pin(byte[] journal);

    /** Sends a message of the proxy's own that answers no request. */
    void push(byte[] message);

    /** Which replies are to be dropped instead of sent, from the next request on. */
    void mute(Mute mute);

    /** Drops the client's own connections: nothing on them is needed any more. */
    void unpin();

    /** ① Answers with {@code reply}, then closes the client's connection. */
    void replyAndClose(byte[] reply);

    /** What became of a request of a transaction. */
    enum Queued {
        SENT,
        /** The client has got an error; the transaction cannot be committed. */
        REFUSED,
        /** Not now. */
        LATER
    }

    /** How a transaction ends. */
    enum Ending {
        COMMIT,
        DISCARD
    }

    /** Which replies to drop. */
    enum Mute {
        NONE,
        NEXT,
        ALL
    }

    /** Makes an answer from what the server says of itself. */
    interface Greeting {
        /**
         * The answer.
         *
         * @param failure why the server cannot be used; empty if it can
         */
        byte[] reply(ServerFacts facts, String failure);
    }
}
