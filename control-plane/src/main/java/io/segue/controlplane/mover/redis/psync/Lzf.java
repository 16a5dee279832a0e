package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;

/** The compression of strings in RDB files. Source: the format of LibLZF: literal runs, and references of 3 bytes or more back. */
final class Lzf {
    /** A reference of 3 bytes gives at most 264. */
    private static final int MOST_GAIN = 88;

    private Lzf() {}

    /** Expands {@code in} to exactly {@code length} bytes. */
    static byte[] expand(byte[] in, int length) throws IOException {
        if (length > (long) in.length * MOST_GAIN + 1) {
            throw broken();
        }
        byte[] out = new byte[length];
        int to = 0;
        int at = 0;
        while (at < in.length) {
            int control = in[at++] & 0xFF;
            if (control < 32) {
                int run = control + 1;
                if (run > in.length - at || run > length - to) {
                    throw broken();
                }
                System.arraycopy(in, at, out, to, run);
                at += run;
                to += run;
                continue;
            }
            int run = control >>> 5;
            if (run == 7) {
                run += byteAt(in, at++);
            }
            run += 2;
            int from = to - ((control & 0x1F) << 8) - byteAt(in, at++) - 1;
            if (from < 0 || run > length - to) {
                throw broken();
            }
            // Byte by byte: the two may overlap.
            for (int end = to + run; to < end; to++, from++) {
                out[to] = out[from];
            }
        }
        if (to != length) {
            throw broken();
        }
        return out;
    }

    private static int byteAt(byte[] in, int at) throws IOException {
        if (at >= in.length) {
            throw broken();
        }
        return in[at] & 0xFF;
    }

    private static IOException broken() {
        return new IOException("not a snapshot that can be read: a compressed string that does not fit its length");
    }
}
