package io.segue.controlplane.mover.redis.psync;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A reply to COMMAND as 7.0 gives it, in part, and commands as bytes. */
final class Commands {
    private Commands() {}

    static KeyTable table() throws IOException {
        List<Object> commands = new ArrayList<>();
        for (String line : List.of(
                "set write 1 1 1",
                "get readonly 1 1 1",
                "del write 1 -1 1",
                "mset write 1 -1 2",
                "rename write 1 2 1",
                "smove write 1 2 1",
                "lmove write 1 2 1",
                "brpop write 1 -2 1",
                "hset write 1 1 1",
                "restore write 1 1 1",
                "pfcount readonly 1 -1 1",
                "sinterstore write 1 -1 1",
                "bitop write 2 -1 1",
                "copy write 1 2 1",
                "move write 1 1 1",
                "sort write,movablekeys 1 1 1",
                "zunionstore write,movablekeys 1 1 1",
                "zunion readonly,movablekeys 0 0 0",
                "eval movablekeys 0 0 0",
                "select loading 0 0 0",
                "ping fast 0 0 0",
                "flushall write 0 0 0",
                "wait noscript 0 0 0",
                "mod.write write 0 0 0",
                "mod.movable write,movablekeys 0 0 0",
                "xreadgroup write,movablekeys 0 0 0",
                "migrate write,movablekeys 3 3 1",
                "spublish pubsub 1 1 1",
                "xadd write 1 1 1")) {
            commands.add(entry(line));
        }
        List<Object> xgroup = entry("xgroup readonly 0 0 0");
        xgroup.add(List.of(entry("xgroup|create write 2 2 1"), entry("xgroup|help readonly 0 0 0")));
        commands.add(xgroup);
        return KeyTable.of(commands);
    }

    private static List<Object> entry(String line) {
        String[] words = line.split(" ", -1);
        List<Object> entry = new ArrayList<>();
        entry.add(bytes(words[0]));
        entry.add(-1L);
        entry.add(Arrays.stream(words[1].split(",", -1)).map(Commands::bytes).toList());
        for (int i = 2; i < 5; i++) {
            entry.add(Long.parseLong(words[i]));
        }
        entry.add(List.of());
        entry.add(List.of());
        entry.add(List.of());
        return entry;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A command in its bytes; words are parted by spaces. */
    static byte[] command(String line) {
        return command(Arrays.stream(line.split(" ", -1)).map(Commands::bytes).toArray(byte[][]::new));
    }

    static byte[] command(byte[]... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes("*" + words.length + "\r\n"));
        for (byte[] word : words) {
            out.writeBytes(bytes("$" + word.length + "\r\n"));
            out.writeBytes(word);
            out.writeBytes(bytes("\r\n"));
        }
        return out.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
