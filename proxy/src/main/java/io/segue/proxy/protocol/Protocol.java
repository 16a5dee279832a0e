package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Everything the proxy needs to know about one database protocol. An implementation is stateless and thread-safe; what it makes
 * belongs to one event loop.
 */
public interface Protocol {
    /** What endpoints of this protocol say as their kind: {@code "redis"}. */
    String id();

    /** A parser for one client. */
    RequestParser requestParser(Limits limits);

    /** A parser for one connection to a server. */
    ReplyParser replyParser(Limits limits);

    /** All commands that the protocol knows, in no particular order. */
    Collection<Command> commands();

    /** For one event loop. */
    Keys keys();

    /** Whether a request whose command says {@link Command.Handling#BLOCKING} may really wait: some do only with an option. */
    boolean blocks(Request request, ByteBuf in, int start);

    /** Whether a blocking request came back because its time was over, or it was woken without a result. */
    boolean cameBackEmpty(ByteBuf reply);

    /** Wakes a connection that blocks, as if its time was over. */
    byte[] unblock(long connectionId);

    Effects effects();

    Replies replies();

    KeyCopy keyCopy();

    Splitter splitter();

    /**
     * Logs a connection in.
     *
     * @param login who we are; empty user and password: no login
     * @param protocolVersion dialect to speak
     * @param db database to use
     * @param journal requests to send after that, which bring back the state of a session
     */
    Handshake handshake(Login login, int protocolVersion, int db, List<byte[]> journal);

    /** The state of one client's connection. */
    Conversation conversation(ConversationSettings settings);

    /**
     * How to log in to a server.
     *
     * @param username empty: the default user
     * @param password empty: no login
     * @param connectionName what the server lists the connection as
     * @param proxy our node id
     * @param runs the configuration version that we run; asked when the login is over, on the connection's event loop
     */
    record Login(String username, String password, String connectionName, String proxy, LongSupplier runs) {
        @Override
        public String toString() {
            return "Login[username=" + username + ", connectionName=" + connectionName + "]";
        }
    }

    /**
     * What a new client meets.
     *
     * @param connectionId the proxy's number for the connection
     * @param username who it must log in as; empty: the default user
     * @param password what it must present; empty: no login needed
     * @param peer the client's address, for people
     */
    record ConversationSettings(long connectionId, String username, String password, String peer) {
        @Override
        public String toString() {
            return "ConversationSettings[connectionId=" + connectionId + ", peer=" + peer + "]";
        }
    }
}
