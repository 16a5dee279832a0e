package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.core.operation.Access;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Command.Handling;
import io.segue.proxy.protocol.Keys;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.RequestParser;
import io.segue.proxy.protocol.redis.RedisProtocol;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command table says of each command what the servers of all versions here say of it, but for the differences named. */
@NeedsRedis
class CommandTableIT {
    /** Commands that a server counts as reads and the proxy as writes, or the other way round. */
    private static final Map<String, String> ACCESS_DIFFERS = Map.ofEntries(
            Map.entry("BLPOP", "waits: pinned, its effect is carried over"),
            Map.entry("BRPOP", "waits"),
            Map.entry("BLMOVE", "waits"),
            Map.entry("BRPOPLPUSH", "waits"),
            Map.entry("BLMPOP", "waits"),
            Map.entry("BZPOPMIN", "waits"),
            Map.entry("BZPOPMAX", "waits"),
            Map.entry("BZMPOP", "waits"),
            Map.entry("SCAN", "its cursor belongs to one server"),
            Map.entry("HSCAN", "its cursor belongs to one server"),
            Map.entry("SSCAN", "its cursor belongs to one server"),
            Map.entry("ZSCAN", "its cursor belongs to one server"),
            Map.entry("PFCOUNT", "flagged as a write in old servers, which cache the count in the value"));

    /** Commands whose number of arguments the table gives otherwise. */
    private static final Map<String, String> ARITY_DIFFERS = Map.of(
            "EXPIRE", "takes conditions from 7.0 on",
            "PEXPIRE", "takes conditions from 7.0 on",
            "EXPIREAT", "takes conditions from 7.0 on",
            "PEXPIREAT", "takes conditions from 7.0 on",
            "XSETID", "takes options from 7.0 on");

    /** Commands that the table leaves out: served like any unknown command, as a write. */
    private static final Map<String, String> LEFT_OUT = Map.of("STRALGO", "gone since 7.0");

    /** Samples for every way that keys are found. */
    private static final List<String> KEY_SAMPLES = List.of(
            "GET k",
            "SET k v EX 10",
            "MGET a b c",
            "MSET a 1 b 2",
            "MSETNX a 1 b 2",
            "DEL a b",
            "BITOP AND dest a b",
            "RENAME a b",
            "COPY a b",
            "SMOVE a b m",
            "LMOVE a b LEFT RIGHT",
            "BLPOP a b 0",
            "BRPOPLPUSH a b 0",
            "BZPOPMIN a b 0",
            "BLMOVE a b LEFT RIGHT 0",
            "LMPOP 2 a b LEFT",
            "BLMPOP 0 2 a b LEFT COUNT 3",
            "ZMPOP 2 a b MIN",
            "BZMPOP 0 1 a MAX",
            "SINTERCARD 2 a b LIMIT 1",
            "ZUNIONSTORE d 2 a b WEIGHTS 1 2",
            "ZUNION 2 a b",
            "ZINTER 2 a b",
            "ZINTERCARD 2 a b",
            "ZDIFF 2 a b",
            "ZDIFFSTORE d 2 a b",
            "ZRANGESTORE d a 0 1",
            "SUNIONSTORE d a b",
            "SDIFF a b",
            "PFMERGE d a b",
            "PFCOUNT a b",
            "EVAL return 2 a b c",
            "EVALSHA x 1 a",
            "EVAL return 0",
            "FCALL f 1 a b",
            "OBJECT ENCODING k",
            "XREAD COUNT 1 STREAMS a b 0 0",
            "XREAD BLOCK 5 STREAMS a 0",
            "XREADGROUP GROUP g c STREAMS a b > >",
            "XREADGROUP GROUP streams c COUNT 1 STREAMS a >",
            "XGROUP CREATE k g 0",
            "XINFO STREAM k",
            "XADD k * f v",
            "SORT k",
            "SORT k BY w_* GET o_* STORE d",
            "GEORADIUS k 1 1 1 m",
            "GEORADIUS k 1 1 1 m STORE d",
            "GEORADIUSBYMEMBER k m 1 m STOREDIST d",
            "GEOSEARCHSTORE d k FROMMEMBER m BYRADIUS 1 m",
            "LCS a b",
            "MIGRATE host 1 k 0 100",
            "MEMORY USAGE k",
            "DEBUG OBJECT k",
            "WATCH a b",
            "TOUCH a b",
            "EXISTS a b",
            "HSET k f v",
            "ZADD k 1 m",
            "LPUSH k v",
            "SADD k m",
            "EXPIRE k 10",
            "RESTORE k 0 x",
            "SPOP k",
            "GETEX k");

    /** Samples for which the two do not agree on purpose. */
    private static final Map<String, String> KEYS_DIFFER =
            Map.of("DEBUG OBJECT k", "the server names no keys of DEBUG");

    static List<RedisBinary> available() {
        return RedisServer.available();
    }

    @ParameterizedTest
    @MethodSource("available")
    void arityAndFlags(RedisBinary binary) throws Exception {
        List<String> differences = new ArrayList<>();
        try (RedisServer redis = RedisServer.builder().binary(binary).start();
                RespClient client = redis.connect()) {
            for (Resp info : client.call("COMMAND").items()) {
                compare(info, differences);
            }
        }
        assertThat(differences).isEmpty();
    }

    private static void compare(Resp info, List<String> differences) throws ProtocolException {
        String name = info.items().get(0).text().toUpperCase(Locale.ROOT).replace('|', ' ');
        long arity = info.items().get(1).number();
        Set<String> flags =
                Set.copyOf(info.items().get(2).items().stream().map(Resp::text).toList());
        Command ours = command(name, (int) Math.abs(arity));
        if (name.startsWith("CLIENT ") || LEFT_OUT.containsKey(name)) {
            // The conversation looks at the arguments of CLIENT's subcommands itself.
            return;
        }
        if (ours.equals(Command.UNKNOWN)) {
            differences.add(name + ": is not in the table");
            return;
        }
        boolean container =
                info.items().size() > 9 && !info.items().get(9).items().isEmpty();
        if (ours.handling() != Handling.REFUSED && !ARITY_DIFFERS.containsKey(name) && !container) {
            int least = ours.minArgs();
            if (least != Math.abs(arity) || ours.exact() != arity > 0) {
                differences.add(
                        name + ": " + least + (ours.exact() ? "" : "+") + " arguments (expected: " + arity + ")");
            }
        }
        boolean writes = ours.access() == Access.WRITE;
        if (ours.handling() == Handling.FORWARD && !ACCESS_DIFFERS.containsKey(name)) {
            if (flags.contains("write") && (!writes || ours.effect() == EffectRule.NONE)) {
                differences.add(name + ": not a write with an effect (expected: a write)");
            }
            if (flags.contains("readonly") && ours.access() != Access.READ) {
                differences.add(name + ": " + ours.access() + " (expected: a read)");
            }
        }
        if (flags.contains("blocking") && ours.handling() != Handling.BLOCKING) {
            differences.add(name + ": " + ours.handling() + " (expected: BLOCKING)");
        }
        if (container) {
            for (Resp sub : info.items().get(9).items()) {
                compare(sub, differences);
            }
        }
    }

    /** What the table holds for {@code name}, which may be two words; {@code words}: number of arguments to ask with. */
    private static Command command(String name, int words) throws ProtocolException {
        StringBuilder line = new StringBuilder(name);
        for (int i = name.split(" ", -1).length; i < words; i++) {
            line.append(" x");
        }
        ByteBuf frame = frame(line.toString());
        return parse(frame).request().command();
    }

    @ParameterizedTest
    @MethodSource("available")
    void keyPositions(RedisBinary binary) throws Exception {
        List<String> differences = new ArrayList<>();
        int compared = 0;
        try (RedisServer redis = RedisServer.builder().binary(binary).start();
                RespClient client = redis.connect()) {
            for (String sample : KEY_SAMPLES) {
                Resp theirs = client.call(("COMMAND GETKEYS " + sample).split(" ", -1));
                if (theirs.isError() && !String.valueOf(theirs).contains("no key arguments")) {
                    // A command, or GETKEYS for it, that this version does not have.
                    continue;
                }
                compared++;
                List<String> expected = theirs.isError()
                        ? List.of()
                        : theirs.items().stream().map(Resp::text).sorted().toList();
                List<String> actual = keys(sample);
                if (!actual.equals(expected) && !KEYS_DIFFER.containsKey(sample)) {
                    differences.add(sample + ": " + actual + " (expected: " + expected + ")");
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(compared).isGreaterThan(KEY_SAMPLES.size() / 2);
    }

    private static List<String> keys(String sample) throws ProtocolException {
        ByteBuf frame = frame(sample);
        Request request = parse(frame).request();
        Keys finder = new RedisProtocol().keys();
        List<String> found = new ArrayList<>();
        for (int i = 0, n = finder.find(request, frame, 0); i < n; i++) {
            int argument = finder.argument(i);
            found.add(
                    frame.toString(request.argStart(argument), request.argLength(argument), StandardCharsets.US_ASCII));
        }
        return found.stream().sorted().toList();
    }

    private static RequestParser parse(ByteBuf frame) throws ProtocolException {
        RequestParser parser = new RedisProtocol().requestParser(Limits.DEFAULT);
        assertThat(parser.parse(frame, 0)).isTrue();
        return parser;
    }

    private static ByteBuf frame(String line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] words = line.split(" ", -1);
        out.writeBytes(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (String word : words) {
            out.writeBytes(("$" + word.length() + "\r\n" + word + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        return Unpooled.wrappedBuffer(out.toByteArray());
    }
}
