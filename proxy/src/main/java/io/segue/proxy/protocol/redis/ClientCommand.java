package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Protocol.ConversationSettings;
import io.segue.proxy.protocol.Replies;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.SessionControl;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The CLIENT subcommands. What describes the client's own connection is answered here, because the connections to the servers are not the
 * client's; what would touch other connections there is refused.
 */
final class ClientCommand {
    private final ConversationSettings settings;
    private final Replies replies;
    private @Nullable String name;
    private String libraryName = "";
    private String libraryVersion = "";
    private boolean tracking;

    ClientCommand(ConversationSettings settings, Replies replies) {
        this.settings = settings;
        this.replies = replies;
    }

    /** The name that the client gives itself. */
    void name(String given) {
        name = given;
    }

    /** The name that the client gave itself; empty if it did not. */
    String name() {
        String given = name;
        return given == null ? "" : given;
    }

    /** Whether the client lets the server tell it what to forget. */
    boolean tracking() {
        return tracking;
    }

    void reset() {
        name = null;
        tracking = false;
    }

    /** Serves one; true: the client has another name since. */
    boolean handle(Request request, ByteBuf in, int start, int protocolVersion, SessionControl session) {
        String before = name();
        String sub = text(request, in, start, 1).toUpperCase(Locale.ROOT);
        switch (sub) {
            case "SETNAME" -> setName(request, in, start, session);
            case "GETNAME" -> {
                String given = name;
                session.reply(given == null || given.isEmpty() ? Resp.none(protocolVersion) : Resp.bulk(given));
            }
            case "ID" -> session.reply(Resp.integer(settings.connectionId()));
            case "SETINFO" -> setInfo(request, in, start, session);
            case "INFO" -> session.reply(Resp.bulk(describe(protocolVersion) + "\n"));
            case "REPLY" -> reply(request, in, start, session);
            case "NO-EVICT", "NO-TOUCH" -> session.reply(Resp.OK);
            case "TRACKING" -> track(request, in, start, protocolVersion, session);
            case "TRACKINGINFO", "CACHING", "GETREDIR" -> session.forwardPinned();
            case "LIST", "HELP" -> session.forward();
            default ->
                session.reply(replies.error(
                        "ERR",
                        "segue: CLIENT " + sub
                                + " is not passed on: it would act on connections that other clients share"));
        }
        return !name().equals(before);
    }

    private void setName(Request request, ByteBuf in, int start, SessionControl session) {
        if (request.argCount() != 3) {
            session.reply(arity("setname"));
            return;
        }
        String given = text(request, in, start, 2);
        if (given.chars().anyMatch(c -> c < '!' || c > '~')) {
            session.reply(replies.error("ERR", "Client names cannot contain spaces, newlines or special characters."));
            return;
        }
        name = given;
        session.reply(Resp.OK);
    }

    private void setInfo(Request request, ByteBuf in, int start, SessionControl session) {
        if (request.argCount() != 4) {
            session.reply(arity("setinfo"));
            return;
        }
        String attribute = text(request, in, start, 2).toLowerCase(Locale.ROOT);
        String value = text(request, in, start, 3);
        switch (attribute) {
            case "lib-name" -> libraryName = value;
            case "lib-ver" -> libraryVersion = value;
            default -> {
                session.reply(replies.error("ERR", "Unrecognized option '" + attribute + "'"));
                return;
            }
        }
        session.reply(Resp.OK);
    }

    private void reply(Request request, ByteBuf in, int start, SessionControl session) {
        String what = request.argCount() == 3 ? text(request, in, start, 2).toUpperCase(Locale.ROOT) : "";
        switch (what) {
            case "ON" -> {
                session.mute(SessionControl.Mute.NONE);
                session.reply(Resp.OK);
            }
            case "OFF" -> {
                session.mute(SessionControl.Mute.ALL);
                session.noReply();
            }
            case "SKIP" -> {
                session.mute(SessionControl.Mute.NEXT);
                session.noReply();
            }
            default -> session.reply(replies.error("ERR", "syntax error"));
        }
    }

    /** Invalidations come from the server that served the read, on the connection that read: the client gets connections of its own. */
    private void track(Request request, ByteBuf in, int start, int protocolVersion, SessionControl session) {
        String onOff = request.argCount() > 2 ? text(request, in, start, 2).toUpperCase(Locale.ROOT) : "";
        List<String> options = new ArrayList<>();
        for (int i = 3; i < request.argCount(); i++) {
            options.add(text(request, in, start, i));
        }
        String fault = onOff.equals("ON") ? TrackingOptions.fault(options) : null;
        if (fault != null) {
            session.reply(replies.error("ERR", fault));
        } else if (protocolVersion < 3 && onOff.equals("ON")) {
            session.reply(replies.error("ERR", "segue: client tracking needs RESP3 (HELLO 3)"));
        } else if (onOff.equals("ON") && !tracking) {
            byte[] journal = new byte[request.length()];
            in.getBytes(start, journal);
            tracking = true;
            session.pin(journal);
            session.reply(Resp.OK);
        } else {
            session.forwardPinned();
        }
    }

    private String describe(int protocolVersion) {
        String given = name;
        return "id=" + settings.connectionId() + " addr=" + settings.peer() + " name=" + (given == null ? "" : given)
                + " resp=" + protocolVersion + " lib-name=" + libraryName + " lib-ver=" + libraryVersion;
    }

    private byte[] arity(String sub) {
        return replies.error("ERR", "wrong number of arguments for 'client|" + sub + "' command");
    }

    private static String text(Request request, ByteBuf in, int start, int i) {
        return in.toString(start + request.argStart(i), request.argLength(i), StandardCharsets.UTF_8);
    }
}
