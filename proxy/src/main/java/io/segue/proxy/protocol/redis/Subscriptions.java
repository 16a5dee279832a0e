package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Request;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What one client is subscribed to, and how many confirmations are still to come. Kept so that it can be subscribed again elsewhere.
 */
final class Subscriptions {
    private enum Kind {
        CHANNEL("subscribe"),
        PATTERN("psubscribe"),
        SHARD("ssubscribe");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** Names as Latin-1 text: one char a byte, whatever the bytes. */
    private final Map<Kind, Set<String>> names = new EnumMap<>(Kind.class);

    private int awaited;
    private int toSwallow;

    Subscriptions() {
        for (Kind kind : Kind.values()) {
            names.put(kind, new LinkedHashSet<>());
        }
    }

    private Set<String> of(Kind kind) {
        return names.getOrDefault(kind, Set.of());
    }

    boolean isEmpty() {
        return names.values().stream().allMatch(Set::isEmpty);
    }

    /** Whether confirmations are still to come. */
    boolean unconfirmed() {
        return awaited > 0;
    }

    /** Notes a request that subscribes or unsubscribes. */
    void noteRequest(String command, Request request, ByteBuf in, int start) {
        String word = command.toLowerCase(Locale.ROOT);
        boolean leaving = word.contains("unsub");
        Kind kind = word.startsWith("p")
                ? Kind.PATTERN
                : word.startsWith("ss") || word.startsWith("sun") ? Kind.SHARD : Kind.CHANNEL;
        Set<String> set = of(kind);
        int count = request.argCount() - 1;
        awaited += leaving && count == 0 ? Math.max(1, set.size()) : count;
        if (leaving && count == 0) {
            set.clear();
        }
        for (int i = 1; i <= count; i++) {
            String name = in.toString(start + request.argStart(i), request.argLength(i), StandardCharsets.ISO_8859_1);
            if (leaving) {
                set.remove(name);
            } else {
                set.add(name);
            }
        }
    }

    /** Looks at a message. True: the client is to see it; false: it confirms something that the client has had confirmed before. */
    boolean noteMessage(ByteBuf message) {
        ReplyCursor cursor = new ReplyCursor(message).next();
        if (!cursor.isAggregate()) {
            // An error answers a request: what it asked for will not be confirmed.
            awaited = cursor.isError() ? 0 : awaited;
            return true;
        }
        String word = cursor.next().text();
        if (!word.endsWith("subscribe")) {
            return true;
        }
        if (toSwallow > 0) {
            toSwallow--;
            return false;
        }
        awaited--;
        return true;
    }

    /** Requests that subscribe to all of it again; their confirmations will be swallowed. */
    byte[] again() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        names.forEach((kind, set) -> {
            if (!set.isEmpty()) {
                toSwallow += set.size();
                out.writeBytes(Resp.ascii("*" + (set.size() + 1) + "\r\n"));
                Resp.appendBulk(out, Resp.ascii(kind.word));
                set.forEach(name -> Resp.appendBulk(out, name.getBytes(StandardCharsets.ISO_8859_1)));
            }
        });
        return out.toByteArray();
    }

    void clear() {
        names.values().forEach(Set::clear);
        awaited = 0;
        toSwallow = 0;
    }
}
