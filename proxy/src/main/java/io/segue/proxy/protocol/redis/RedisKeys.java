package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.HashTag;
import io.segue.proxy.protocol.Command.KeySpec;
import io.segue.proxy.protocol.Keys;
import io.segue.proxy.protocol.Request;
import java.util.Arrays;

/** Finds the keys of Redis requests; of a request that does not have all arguments it should have, those that are there. */
public final class RedisKeys implements Keys {
    private static final int INITIAL = 16;
    private static final int KEEP = 1024;

    private int[] found = new int[INITIAL];
    private int count;

    @Override
    public int find(Request request, ByteBuf in, int start) {
        if (found.length > KEEP) {
            found = new int[INITIAL];
        }
        count = 0;
        bySpec(request, in, start);
        switch (request.command().name()) {
            case "SORT" -> sortStore(request, in, start);
            case "GEORADIUS", "GEORADIUSBYMEMBER" -> geoStore(request, in, start);
            case "XREAD", "XREADGROUP" -> streams(request, in, start);
            case "MIGRATE" -> migrate(request, in, start);
            default -> {
                // The table says it all.
            }
        }
        return count;
    }

    @Override
    public int argument(int i) {
        return found[i];
    }

    @Override
    public long samplingUnit(byte[] key, int length) {
        return HashTag.range(key, length);
    }

    private void bySpec(Request request, ByteBuf in, int start) {
        KeySpec spec = request.command().keys();
        if (spec.first() > 0) {
            int last =
                    spec.last() < 0 ? request.argCount() + spec.last() : Math.min(spec.last(), request.argCount() - 1);
            for (int i = spec.first(); i <= last; i += spec.step()) {
                add(i);
            }
        }
        if (spec.countAt() > 0) {
            long keys = Args.number(request, in, start, spec.countAt());
            int i = spec.countAt() + 1;
            for (long left = keys; left > 0 && i < request.argCount(); left--, i += spec.step()) {
                add(i);
            }
        }
    }

    private void sortStore(Request request, ByteBuf in, int start) {
        int store = 0;
        int i = 2;
        while (i < request.argCount()) {
            if (Args.is(request, in, start, i, "LIMIT")) {
                i += 3;
            } else if (Args.is(request, in, start, i, "BY") || Args.is(request, in, start, i, "GET")) {
                i += 2;
            } else if (Args.is(request, in, start, i, "STORE")) {
                store = i + 1;
                i += 2;
            } else {
                i++;
            }
        }
        addIfThere(request, store);
    }

    private void geoStore(Request request, ByteBuf in, int start) {
        int store = 0;
        for (int i = 5; i < request.argCount(); i++) {
            if (Args.is(request, in, start, i, "STORE") || Args.is(request, in, start, i, "STOREDIST")) {
                i++;
                store = i;
            }
        }
        addIfThere(request, store);
    }

    /** After STREAMS come the keys, and then as many ids. */
    private void streams(Request request, ByteBuf in, int start) {
        int streams = Args.streams(request, in, start);
        if (streams < 0) {
            return;
        }
        int keys = (request.argCount() - streams - 1) / 2;
        for (int i = 1; i <= keys; i++) {
            add(streams + i);
        }
    }

    /** An empty key means that the keys come last, after the word KEYS. */
    private void migrate(Request request, ByteBuf in, int start) {
        if (request.argCount() <= 3 || request.argLength(3) > 0) {
            return;
        }
        count = 0;
        int i = 6;
        while (i < request.argCount() && !Args.is(request, in, start, i, "KEYS")) {
            if (Args.is(request, in, start, i, "AUTH")) {
                i += 2;
            } else if (Args.is(request, in, start, i, "AUTH2")) {
                i += 3;
            } else {
                i++;
            }
        }
        for (i++; i < request.argCount(); i++) {
            add(i);
        }
    }

    private void addIfThere(Request request, int i) {
        if (i > 0 && i < request.argCount()) {
            add(i);
        }
    }

    private void add(int argument) {
        if (count == found.length) {
            found = Arrays.copyOf(found, count * 2);
        }
        found[count++] = argument;
    }
}
