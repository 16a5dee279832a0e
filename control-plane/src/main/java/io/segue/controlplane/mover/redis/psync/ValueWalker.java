package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;

/** Finds the end of a value in an RDB file without decoding it: a walk over its lengths. */
final class ValueWalker {
    private static final int STRING = 0;
    private static final int LIST = 1;
    private static final int SET = 2;
    private static final int ZSET = 3;
    private static final int HASH = 4;
    private static final int ZSET_2 = 5;
    private static final int MODULE_2 = 7;
    private static final int HASH_ZIPMAP = 9;
    private static final int LIST_ZIPLIST = 10;
    private static final int SET_INTSET = 11;
    private static final int ZSET_ZIPLIST = 12;
    private static final int HASH_ZIPLIST = 13;
    private static final int LIST_QUICKLIST = 14;
    private static final int STREAM = 15;
    private static final int HASH_LISTPACK = 16;
    private static final int ZSET_LISTPACK = 17;
    private static final int LIST_QUICKLIST_2 = 18;
    private static final int STREAM_2 = 19;
    private static final int SET_LISTPACK = 20;
    private static final int STREAM_3 = 21;
    private static final int HASH_FIELD_TTL_EARLY = 22;
    private static final int HASH_LISTPACK_TTL_EARLY = 23;
    private static final int HASH_FIELD_TTL = 24;
    private static final int HASH_LISTPACK_TTL = 25;

    private static final int MODULE_END = 0;
    private static final int MODULE_SIGNED = 1;
    private static final int MODULE_UNSIGNED = 2;
    private static final int MODULE_FLOAT = 3;
    private static final int MODULE_DOUBLE = 4;
    private static final int MODULE_STRING = 5;
    private static final int STREAM_ID = 16;
    private static final int TIME = 8;

    private ValueWalker() {}

    /** Jumps over a value of {@code type}. */
    static void skip(RdbInput in, int type) throws IOException {
        switch (type) {
            case STRING,
                    HASH_ZIPMAP,
                    LIST_ZIPLIST,
                    SET_INTSET,
                    ZSET_ZIPLIST,
                    HASH_ZIPLIST,
                    HASH_LISTPACK,
                    ZSET_LISTPACK,
                    SET_LISTPACK,
                    HASH_LISTPACK_TTL_EARLY -> in.skipString();
            case HASH_LISTPACK_TTL -> {
                in.skip(TIME);
                in.skipString();
            }
            case LIST, SET, LIST_QUICKLIST -> strings(in, 1);
            case HASH -> strings(in, 2);
            case ZSET -> scoresAsText(in);
            case ZSET_2 -> scores(in);
            case LIST_QUICKLIST_2 -> nodes(in);
            case STREAM, STREAM_2, STREAM_3 -> stream(in, type);
            case HASH_FIELD_TTL -> {
                in.skip(TIME);
                fieldsWithTtl(in);
            }
            case HASH_FIELD_TTL_EARLY -> fieldsWithTtl(in);
            case MODULE_2 -> {
                in.number();
                module(in);
            }
            default -> throw in.broken("a value of type " + type);
        }
    }

    private static void strings(RdbInput in, int each) throws IOException {
        for (long left = in.count(); left > 0; left--) {
            in.skipString();
            if (each == 2) {
                in.skipString();
            }
        }
    }

    private static void scores(RdbInput in) throws IOException {
        for (long left = in.count(); left > 0; left--) {
            in.skipString();
            in.skip(8);
        }
    }

    /** A byte says how long the text is; 253 to 255 stand for what is not a number or not finite. */
    private static void scoresAsText(RdbInput in) throws IOException {
        for (long left = in.count(); left > 0; left--) {
            in.skipString();
            int length = in.u8();
            if (length < 253) {
                in.skip(length);
            }
        }
    }

    private static void nodes(RdbInput in) throws IOException {
        for (long left = in.count(); left > 0; left--) {
            in.number();
            in.skipString();
        }
    }

    private static void fieldsWithTtl(RdbInput in) throws IOException {
        for (long left = in.count(); left > 0; left--) {
            in.number();
            in.skipString();
            in.skipString();
        }
    }

    private static void stream(RdbInput in, int type) throws IOException {
        strings(in, 2);
        // Entries, and the last id; later: the first id, the highest deleted one, and how many were ever added.
        numbers(in, type == STREAM ? 3 : 8);
        for (long groups = in.count(); groups > 0; groups--) {
            in.skipString();
            numbers(in, type == STREAM ? 2 : 3);
            for (long pending = in.count(); pending > 0; pending--) {
                in.skip(STREAM_ID + TIME);
                in.number();
            }
            for (long consumers = in.count(); consumers > 0; consumers--) {
                in.skipString();
                in.skip(type == STREAM_3 ? 2 * TIME : TIME);
                for (long pending = in.count(); pending > 0; pending--) {
                    in.skip(STREAM_ID);
                }
            }
        }
    }

    private static void numbers(RdbInput in, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            in.number();
        }
    }

    /** Jumps over what a module has written, up to its end mark. */
    static void module(RdbInput in) throws IOException {
        while (true) {
            long opcode = in.count();
            if (opcode == MODULE_END) {
                return;
            } else if (opcode == MODULE_SIGNED || opcode == MODULE_UNSIGNED) {
                in.number();
            } else if (opcode == MODULE_FLOAT) {
                in.skip(4);
            } else if (opcode == MODULE_DOUBLE) {
                in.skip(8);
            } else if (opcode == MODULE_STRING) {
                in.skipString();
            } else {
                throw in.broken("opcode " + opcode + " in a value of a module");
            }
        }
    }
}
