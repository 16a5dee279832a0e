package io.segue.controlplane.mover.redis.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What DUMP answers and RESTORE takes: a byte for the type of the value, the value as in an RDB file, the RDB version in two bytes, and a
 * CRC64 of all before it in eight; both little-endian. Pure, thread-safe.
 *
 * <p>Source: <a href="https://github.com/redis/redis/blob/7.0/src/cluster.c">createDumpPayload</a> and
 * <a href="https://github.com/redis/redis/blob/7.0/src/rdb.h">the RDB types</a>.
 */
public final class DumpPayload {
    private static final int VERSION_BYTES = 2;
    /** Bytes after the value. */
    static final int TRAILER = VERSION_BYTES + 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Never: no server of any version, or none that can be told by its version alone. */
    private static final int NO = Integer.MAX_VALUE;
    /** The first RDB version that has a value type, by value type. 6 and 7 are of modules: what they hold is the module's own. */
    private static final int[] SINCE = {
        1, 1, 1, 1, 1, 8, NO, NO, NO, 2, 2, 2, 2, 4, 7, 9, 10, 10, 10, 10, 11, 11, 12, 12, 12, 12
    };

    private DumpPayload() {}

    /** The RDB version that {@code payload} states. */
    public static int rdbVersion(byte[] payload) {
        int at = checked(payload).length - TRAILER;
        return (payload[at] & 0xFF) | (payload[at + 1] & 0xFF) << 8;
    }

    /** The value type of {@code payload}: 0 for a string. */
    public static int type(byte[] payload) {
        return checked(payload)[0] & 0xFF;
    }

    /**
     * Whether a server of an RDB version can load a value type. False for the types of modules: whether they are known is not a matter of
     * the server's version.
     *
     * @param valueType as {@link #type} says
     * @param rdbVersion 9 for Redis 5.0 to 6.2, 10 for 7.0, 11 for 7.2, 12 for 7.4 and later
     */
    public static boolean knows(int valueType, int rdbVersion) {
        return valueType >= 0 && valueType < SINCE.length && rdbVersion >= SINCE[valueType];
    }

    /**
     * The same value, stamped with another RDB version: for a server that refuses versions above its own. Whether it knows the value's type
     * is for {@link #knows} to say.
     *
     * @param rdbVersion 1 to 65535
     */
    public static byte[] restamp(byte[] payload, int rdbVersion) {
        if (rdbVersion < 1 || rdbVersion > 0xFFFF) {
            throw new IllegalArgumentException("an RDB version of " + rdbVersion + " (expected: 1 to 65535)");
        }
        byte[] stamped = checked(payload).clone();
        int checksum = stamped.length - TRAILER + VERSION_BYTES;
        stamped[checksum - 2] = (byte) rdbVersion;
        stamped[checksum - 1] = (byte) (rdbVersion >> 8);
        LONG.set(stamped, checksum, Crc64.update(0, stamped, 0, checksum));
        return stamped;
    }

    private static byte[] checked(byte[] payload) {
        if (payload.length <= TRAILER) {
            throw new IllegalArgumentException(
                    "a payload of " + payload.length + " bytes (expected: more than " + TRAILER + ")");
        }
        return payload;
    }
}
