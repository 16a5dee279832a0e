package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.segue.core.labels.Caller;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Conversation;
import io.segue.proxy.protocol.Protocol.ConversationSettings;
import io.segue.proxy.protocol.Replies;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.SessionControl;
import io.segue.proxy.protocol.SessionControl.Ending;
import io.segue.proxy.protocol.SessionControl.Queued;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;

/**
 * The connection state of one Redis client: login, dialect (HELLO), database (SELECT), transaction (MULTI, WATCH), subscriptions. The
 * CLIENT subcommands are in {@link ClientCommand}.
 */
final class RedisConversation implements Conversation {
    private static final int MAX_DB = 16_383;
    private static final String NO_SUCH_DB = "DB index is out of range";
    private static final byte[] MULTI = Resp.request("MULTI");
    private static final byte[] DISCARD = Resp.request("DISCARD");
    private static final byte[] FORGET_ALL = Resp.ascii(">2\r\n$10\r\ninvalidate\r\n_\r\n");

    private final ConversationSettings settings;
    private final Replies replies;
    private final ClientCommand client;
    private final Subscriptions subscriptions = new Subscriptions();
    private int protocolVersion = 2;
    private int db;
    private boolean authenticated;
    private boolean inTransaction;
    private boolean aborted;
    private boolean watching;
    private boolean monitoring;
    private String user = "";
    private Caller caller;

    RedisConversation(ConversationSettings settings, Replies replies) {
        this.settings = settings;
        this.replies = replies;
        this.client = new ClientCommand(settings, replies);
        this.authenticated = settings.password().isEmpty();
        this.caller = new Caller(settings.connectionId(), "", "");
    }

    @Override
    public int protocolVersion() {
        return protocolVersion;
    }

    @Override
    public int db() {
        return db;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    private void introduce() {
        caller = new Caller(settings.connectionId(), client.name(), user);
    }

    @Override
    public boolean wantsAll() {
        return !authenticated || inTransaction || watching || (protocolVersion < 3 && !subscriptions.isEmpty());
    }

    @Override
    public void handle(Request request, ByteBuf in, int start, SessionControl session) {
        Command command = request.command();
        String name = command.name();
        if (!authenticated && !mayComeBeforeLogin(name)) {
            session.reply(replies.error("NOAUTH", "Authentication required."));
        } else if (wrongArity(command, request)) {
            aborted |= inTransaction;
            session.reply(replies.error(
                    "ERR", "wrong number of arguments for '" + name.toLowerCase(Locale.ROOT) + "' command"));
        } else if (inTransaction) {
            inTransaction(name, request, session);
        } else if (protocolVersion < 3 && !subscriptions.isEmpty() && !mayComeWhileSubscribed(name)) {
            session.reply(
                    replies.error(
                            "ERR",
                            "Can't execute '" + name.toLowerCase(Locale.ROOT)
                                    + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"));
        } else {
            ordinary(name, request, in, start, session);
        }
    }

    private static boolean mayComeBeforeLogin(String name) {
        return switch (name) {
            case "AUTH", "HELLO", "QUIT", "RESET" -> true;
            default -> false;
        };
    }

    private static boolean mayComeWhileSubscribed(String name) {
        return switch (name) {
            case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE" -> true;
            case "PING", "QUIT", "RESET" -> true;
            default -> false;
        };
    }

    private static boolean wrongArity(Command command, Request request) {
        return command.handling() == Command.Handling.CONVERSATION
                && (command.exact() ? request.argCount() != command.minArgs() : request.argCount() < command.minArgs());
    }

    private void ordinary(String name, Request request, ByteBuf in, int start, SessionControl session) {
        switch (name) {
            case "AUTH" -> auth(request, in, start, session);
            case "HELLO" -> hello(request, in, start, session);
            case "SELECT" -> select(request, in, start, session);
            case "QUIT" -> session.replyAndClose(Resp.OK);
            case "RESET" -> reset(session);
            case "MULTI" -> {
                inTransaction = true;
                aborted = false;
                session.reply(Resp.OK);
            }
            case "EXEC", "DISCARD" -> session.reply(replies.error("ERR", name + " without MULTI"));
            case "WATCH" -> watching |= session.forwardInTransaction(Resp.NOTHING) == Queued.SENT;
            case "UNWATCH" -> unwatch(session);
            case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE" -> {
                if (session.forwardSubscription()) {
                    subscriptions.noteRequest(name, request, in, start);
                }
            }
            case "MONITOR" -> monitoring |= session.forwardSubscription();
            case "PING" -> ping(request, in, start, session);
            case "READONLY", "READWRITE", "ASKING" -> session.forwardPinned();
            default -> {
                if (request.command().handling() == Command.Handling.REFUSED) {
                    session.refuse();
                } else if (name.equals("CLIENT") || name.startsWith("CLIENT ")) {
                    if (client.handle(request, in, start, protocolVersion, session)) {
                        introduce();
                    }
                } else if (watching) {
                    session.forwardPinned();
                } else {
                    session.forward();
                }
            }
        }
    }

    private void ping(Request request, ByteBuf in, int start, SessionControl session) {
        if (protocolVersion < 3 && !subscriptions.isEmpty()) {
            byte[] text = request.argCount() > 1 ? argument(request, in, start, 1) : new byte[0];
            session.reply(concat(Resp.ascii("*2\r\n$4\r\npong\r\n"), Resp.bulk(text)));
        } else if (watching) {
            session.forwardPinned();
        } else {
            session.forward();
        }
    }

    private void unwatch(SessionControl session) {
        if (!watching) {
            session.reply(Resp.OK);
        } else if (session.endTransaction(Ending.DISCARD, Resp.NOTHING)) {
            watching = false;
        }
    }

    private void inTransaction(String name, Request request, SessionControl session) {
        switch (name) {
            case "EXEC" -> exec(session);
            case "DISCARD" -> discard(session);
            case "MULTI" -> session.reply(replies.error("ERR", "MULTI calls can not be nested"));
            case "WATCH" -> session.reply(replies.error("ERR", "WATCH inside MULTI is not allowed"));
            case "QUIT" -> session.replyAndClose(Resp.OK);
            case "RESET" -> reset(session);
            default -> {
                if (request.command().handling() == Command.Handling.CONVERSATION
                        || request.command().handling() == Command.Handling.REFUSED) {
                    aborted = true;
                    session.reply(replies.error("ERR", name + " is not allowed inside a transaction through segue"));
                } else {
                    aborted |= session.forwardInTransaction(MULTI) == Queued.REFUSED;
                }
            }
        }
    }

    private void exec(SessionControl session) {
        if (aborted) {
            endedWithout(session, "Transaction discarded because of previous errors.");
        } else if (!session.transactionBegun()) {
            inTransaction = false;
            session.reply(Resp.ascii("*0\r\n"));
        } else if (!session.transactionStillValid()) {
            endedWithout(session, "Transaction discarded because the migration moved its keys; try again.");
        } else if (session.endTransaction(Ending.COMMIT, MULTI)) {
            inTransaction = false;
            watching = false;
        }
    }

    private void endedWithout(SessionControl session, String why) {
        session.abandonTransaction(MULTI, DISCARD);
        inTransaction = false;
        watching = false;
        session.reply(replies.error("EXECABORT", why));
    }

    private void discard(SessionControl session) {
        session.abandonTransaction(MULTI, DISCARD);
        inTransaction = false;
        watching = false;
        session.reply(Resp.OK);
    }

    private void auth(Request request, ByteBuf in, int start, SessionControl session) {
        if (request.argCount() > 3) {
            session.reply(replies.error("ERR", "syntax error"));
            return;
        }
        boolean named = request.argCount() == 3;
        String user = named ? text(request, in, start, 1) : "default";
        byte[] password = argument(request, in, start, named ? 2 : 1);
        if (settings.password().isEmpty() && !named) {
            session.reply(replies.error(
                    "ERR",
                    "AUTH <password> called without any password configured for the default user. Are you sure your"
                            + " configuration is correct?"));
        } else if (login(user, password)) {
            session.reply(Resp.OK);
        } else {
            session.reply(wrongPassword());
        }
    }

    private byte[] wrongPassword() {
        return replies.error("WRONGPASS", "invalid username-password pair or user is disabled.");
    }

    private boolean login(String user, byte[] password) {
        String expectedUser = settings.username().isEmpty() ? "default" : settings.username();
        byte[] expected = settings.password().getBytes(StandardCharsets.UTF_8);
        boolean right =
                user.equals(expectedUser) && (expected.length == 0 || MessageDigest.isEqual(expected, password));
        authenticated |= right;
        if (right) {
            this.user = user.equals("default") ? "" : user;
            introduce();
        }
        return right;
    }

    private void hello(Request request, ByteBuf in, int start, SessionControl session) {
        int wanted = protocolVersion;
        if (request.argCount() > 1) {
            long version = Args.number(in, start + request.argStart(1), request.argLength(1));
            if (version == Args.NOT_A_NUMBER) {
                session.reply(replies.error("ERR", "Protocol version is not an integer or out of range"));
                return;
            }
            if (version != 2 && version != 3) {
                session.reply(replies.error("NOPROTO", "unsupported protocol version"));
                return;
            }
            wanted = (int) version;
        }
        String name = null;
        for (int i = 2; i < request.argCount(); i++) {
            String option = text(request, in, start, i).toUpperCase(Locale.ROOT);
            if (option.equals("AUTH") && i + 2 < request.argCount()) {
                if (!login(text(request, in, start, i + 1), argument(request, in, start, i + 2))) {
                    session.reply(wrongPassword());
                    return;
                }
                i += 2;
            } else if (option.equals("SETNAME") && i + 1 < request.argCount()) {
                name = text(request, in, start, ++i);
            } else {
                session.reply(replies.error("ERR", "Syntax error in HELLO option '" + option + "'"));
                return;
            }
        }
        if (!authenticated) {
            session.reply(replies.error(
                    "NOAUTH",
                    "HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass>"
                            + " option can be used to authenticate the client and select the RESP protocol version at the same"
                            + " time"));
            return;
        }
        if (name != null) {
            client.name(name);
            introduce();
        }
        int before = protocolVersion;
        speak(wanted, session);
        session.replyWhenServerKnown((facts, failure) -> {
            if (!failure.isEmpty()) {
                speak(before, session);
                return unavailable(failure);
            }
            return greeting(facts.version());
        });
    }

    private void speak(int dialect, SessionControl session) {
        if (dialect != protocolVersion) {
            protocolVersion = dialect;
            session.profileChanged(there -> Resp.request("HELLO", Integer.toString(dialect)));
        }
    }

    private byte[] unavailable(String failure) {
        return replies.error("UNAVAILABLE", "segue: the database cannot be reached (" + failure + ")");
    }

    private byte[] greeting(String version) {
        String map = protocolVersion >= 3 ? "%7\r\n" : "*14\r\n";
        return concat(
                Resp.ascii(map),
                Resp.bulk("server"),
                Resp.bulk("redis"),
                Resp.bulk("version"),
                Resp.bulk(version),
                Resp.bulk("proto"),
                Resp.integer(protocolVersion),
                Resp.bulk("id"),
                Resp.integer(settings.connectionId()),
                Resp.bulk("mode"),
                Resp.bulk("standalone"),
                Resp.bulk("role"),
                Resp.bulk("master"),
                Resp.bulk("modules"),
                Resp.ascii("*0\r\n"));
    }

    private void select(Request request, ByteBuf in, int start, SessionControl session) {
        long wanted = Args.number(in, start + request.argStart(1), request.argLength(1));
        if (wanted == Args.NOT_A_NUMBER) {
            session.reply(replies.error("ERR", "value is not an integer or out of range"));
        } else if (wanted < 0 || wanted > MAX_DB) {
            session.reply(replies.error("ERR", NO_SUCH_DB));
        } else {
            int before = db;
            db = (int) wanted;
            session.profileChanged(RedisConversation::selectOf);
            session.replyWhenServerKnown((facts, failure) -> {
                if (failure.isEmpty()) {
                    return Resp.OK;
                }
                db = before;
                session.profileChanged(RedisConversation::selectOf);
                return failure.contains(NO_SUCH_DB) ? replies.error("ERR", NO_SUCH_DB) : unavailable(failure);
            });
        }
    }

    private static byte[] selectOf(int db) {
        return Resp.request("SELECT", Integer.toString(db));
    }

    private void reset(SessionControl session) {
        session.abandonTransaction(MULTI, DISCARD);
        session.endSubscriptions();
        session.unpin();
        session.mute(SessionControl.Mute.NONE);
        subscriptions.clear();
        inTransaction = false;
        aborted = false;
        watching = false;
        monitoring = false;
        protocolVersion = 2;
        db = 0;
        client.reset();
        user = "";
        introduce();
        authenticated = settings.password().isEmpty();
        session.profileChanged(RedisConversation::selectOf);
        session.reply(Resp.RESET);
    }

    @Override
    public boolean onPush(ByteBuf message, SessionControl session) {
        boolean forClient = subscriptions.noteMessage(message);
        if (!subscriptions.unconfirmed()) {
            session.resume();
        }
        return forClient;
    }

    @Override
    public byte[] subscriptions() {
        byte[] again = subscriptions.again();
        return monitoring ? concat(again, Resp.request("MONITOR")) : again;
    }

    @Override
    public byte[] routeChanged() {
        return client.tracking() ? FORGET_ALL : Resp.NOTHING;
    }

    private static String text(Request request, ByteBuf in, int start, int i) {
        return in.toString(start + request.argStart(i), request.argLength(i), StandardCharsets.UTF_8);
    }

    private static byte[] argument(Request request, ByteBuf in, int start, int i) {
        return ByteBufUtil.getBytes(in, start + request.argStart(i), request.argLength(i));
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
