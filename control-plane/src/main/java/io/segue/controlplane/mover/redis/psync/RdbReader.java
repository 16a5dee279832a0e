package io.segue.controlplane.mover.redis.psync;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads an RDB file that may still be growing, key by key. Not thread-safe. Bad bytes end in an {@link IOException}. */
final class RdbReader {
    private static final int SLOT_INFO = 244;
    private static final int FUNCTION = 245;
    private static final int MODULE_AUX = 247;
    private static final int IDLE = 248;
    private static final int FREQ = 249;
    private static final int AUX = 250;
    private static final int RESIZE = 251;
    private static final int EXPIRE_MS = 252;
    private static final int EXPIRE_S = 253;
    private static final int SELECT = 254;
    private static final int END = 255;

    private static final int MAX_VERSION = 12;
    private static final int CHECKSUM_SINCE = 5;
    private static final int MAX_KEY = 16 * 1024 * 1024;
    private static final int MAX_ABOUT = 4096;
    private static final int MAX_DB = 1_000_000;

    private final RdbInput in;
    private final RdbValue value;
    private int version;
    private int db;
    private long expireAtMs = -1;
    private boolean functions;
    private boolean ended;

    RdbReader(RdbSource source) {
        in = new RdbInput(source);
        value = new RdbValue(source);
    }

    /** Whether something can be read without waiting; what has begun to come may still have to be waited for. */
    boolean ready() {
        return in.ready();
    }

    /** Bytes read so far. */
    long position() {
        return in.position();
    }

    /**
     * Gives keys to the handler: at least one unless the end comes first, at most {@code most}, and no more than are here without
     * waiting.
     *
     * @return false at the end: everything has been given, and the checksum is right
     */
    boolean read(RdbHandler handler, int most) throws IOException {
        if (version == 0) {
            version = header();
        }
        int given = 0;
        while (!ended && given < most && (given == 0 || in.ready())) {
            int opcode = in.u8();
            if (opcode < SLOT_INFO) {
                entry(handler, opcode);
                given++;
            } else {
                special(handler, opcode);
            }
        }
        return !ended;
    }

    /** Reads up to the first key: what the source says of itself. */
    void readHead(RdbHandler handler) throws IOException {
        version = header();
        for (int opcode = in.u8(); opcode == AUX; opcode = in.u8()) {
            special(handler, opcode);
        }
    }

    private int header() throws IOException {
        byte[] header = new byte[9];
        for (int i = 0; i < header.length; i++) {
            header[i] = (byte) in.u8();
        }
        String text = new String(header, StandardCharsets.ISO_8859_1);
        if (!text.matches("REDIS\\d{4}")) {
            throw in.broken("its first bytes (expected: REDIS and four digits)");
        }
        int number = Integer.parseInt(text.substring(5));
        if (number < 1 || number > MAX_VERSION) {
            throw in.broken("format version " + number + " (expected: 1 to " + MAX_VERSION + ")");
        }
        return number;
    }

    private void entry(RdbHandler handler, int type) throws IOException {
        byte[] key = in.string(MAX_KEY);
        if (key == null) {
            throw in.broken("a key of more than " + MAX_KEY + " bytes");
        }
        in.keep();
        long start = in.position();
        ValueWalker.skip(in, type);
        long length = in.position() - start;
        value.set(type, version, in.window(), in.kept(), start, length);
        long at = expireAtMs;
        expireAtMs = -1;
        handler.entry(db, key, at, type, value);
    }

    private void special(RdbHandler handler, int opcode) throws IOException {
        switch (opcode) {
            case EXPIRE_MS -> expireAtMs = in.i64();
            case EXPIRE_S -> expireAtMs = (in.i32() & 0xFFFF_FFFFL) * 1000;
            case IDLE -> in.number();
            case FREQ -> in.u8();
            case AUX -> about(handler);
            case RESIZE -> {
                handler.database(db, in.count());
                in.number();
            }
            case SELECT -> {
                long number = in.count();
                if (number > MAX_DB) {
                    throw in.broken("database " + number);
                }
                db = (int) number;
            }
            case SLOT_INFO -> {
                in.number();
                in.number();
                in.number();
            }
            case FUNCTION -> {
                in.skipString();
                if (!functions) {
                    functions = true;
                    handler.functions();
                }
            }
            case MODULE_AUX -> moduleAux(handler);
            case END -> end();
            default -> throw in.broken("opcode " + opcode);
        }
    }

    private void about(RdbHandler handler) throws IOException {
        byte[] name = in.string(MAX_ABOUT);
        byte[] text = in.string(MAX_ABOUT);
        // Long ones are scripts that an old source carries along.
        if (name != null && text != null) {
            handler.about(new String(name, StandardCharsets.UTF_8), new String(text, StandardCharsets.UTF_8));
        }
    }

    private void moduleAux(RdbHandler handler) throws IOException {
        String name = moduleName(in.moduleId());
        // When it is to be loaded: an opcode and a number.
        in.number();
        in.number();
        long before = in.position();
        ValueWalker.module(in);
        if (in.position() > before + 1) {
            handler.moduleData(name);
        }
    }

    /** Nine characters of six bits, above ten bits of a version. */
    private static String moduleName(long id) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        StringBuilder name = new StringBuilder();
        for (int shift = 58; shift >= 10; shift -= 6) {
            name.append(alphabet.charAt((int) (id >>> shift) & 0x3F));
        }
        return name.toString();
    }

    private void end() throws IOException {
        if (version >= CHECKSUM_SINCE) {
            long sum = in.checksum();
            long stated = in.i64();
            // 0: the source does not compute it.
            if (stated != 0 && stated != sum) {
                throw in.broken(
                        "a checksum of " + Long.toHexString(stated) + " (expected: " + Long.toHexString(sum) + ")");
            }
        }
        try {
            in.u8();
        } catch (EOFException e) {
            ended = true;
            return;
        }
        throw in.broken("bytes after its end");
    }
}
