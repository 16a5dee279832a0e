package io.segue.loadtest.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Names, kinds and databases of numbered keys: pure functions of the seed and the number, so that whoever writes keys and whoever has filled
 * the store mean the same ones without telling each other. Thread-safe.
 *
 * @param seed another seed gives other kinds and values, and other names where names are odd
 * @param databases how many databases the keys are spread over, at least 1; one in ten keys is not in database 0
 */
public record MixedKeys(long seed, int databases) {
    private static final int SPREAD = 10;
    private static final int TAGS = 97;

    /** What a key holds. */
    public enum Kind {
        STRING,
        INTEGER,
        LIST,
        SET,
        ZSET,
        HASH,
        STREAM,
        HYPERLOGLOG,
        BITMAP,
        GEO
    }

    /** Checks the range. */
    public MixedKeys {
        if (databases < 1) {
            throw new IllegalArgumentException("databases: " + databases + " (expected: at least 1)");
        }
    }

    /** Randomness of one key for one purpose. */
    SplittableRandom random(long number, int purpose) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number * 31 + purpose);
    }

    /** What the key holds at first. */
    public Kind kind(long number) {
        int n = random(number, 0).nextInt(100);
        if (n < 40) {
            return Kind.STRING;
        } else if (n < 48) {
            return Kind.INTEGER;
        } else if (n < 58) {
            return Kind.LIST;
        } else if (n < 68) {
            return Kind.SET;
        } else if (n < 78) {
            return Kind.ZSET;
        } else if (n < 90) {
            return Kind.HASH;
        } else if (n < 94) {
            return Kind.STREAM;
        } else if (n < 96) {
            return Kind.HYPERLOGLOG;
        }
        return n < 98 ? Kind.BITMAP : Kind.GEO;
    }

    /** The database the key is in. */
    public int database(long number) {
        return databases == 1 || number % SPREAD != SPREAD - 1 ? 0 : 1 + (int) (number / SPREAD % (databases - 1));
    }

    /** A number below {@code bound} of a key in the given database, chosen by {@code index}; {@code bound} is at least 10 times the databases. */
    public long numberIn(int database, long index, long bound) {
        if (database == 0) {
            long number = index % bound;
            return databases > 1 && number % SPREAD == SPREAD - 1 ? number - 1 : number;
        }
        long period = (long) SPREAD * (databases - 1);
        long periods = Math.max(1, bound / period);
        return index % periods * period + (long) SPREAD * (database - 1) + SPREAD - 1;
    }

    /** The name: mostly plain, some empty, very long, of any bytes, with white space, with braces that make a hash tag or just miss it. */
    public byte[] name(long number) {
        if (number == 0) {
            return new byte[0];
        }
        SplittableRandom random = random(number, 1);
        int n = random.nextInt(1000);
        if (n == 0) {
            byte[] name = Arrays.copyOf(ascii("long:" + number + ":"), 2_000 + random.nextInt(8_000));
            Arrays.fill(name, name.length - 1_900, name.length, (byte) 'x');
            return name;
        } else if (n < 20) {
            byte[] name = Arrays.copyOf(
                    ascii("bin:" + number + ":"), 16 + Long.toString(number).length());
            byte[] odd = new byte[8];
            random.nextBytes(odd);
            System.arraycopy(odd, 0, name, name.length - odd.length, odd.length);
            return name;
        } else if (n < 70) {
            return ascii("{tag:" + number % TAGS + "}:k:" + number);
        } else if (n < 75) {
            return ascii("{}empty:" + number);
        } else if (n < 80) {
            return ascii("open{" + number);
        } else if (n < 85) {
            return ascii("}{" + number + "{}");
        } else if (n < 90) {
            return ("käse \t\r\n" + number).getBytes(StandardCharsets.UTF_8);
        }
        return ascii("k:" + number);
    }

    /** A second name for multi-key commands that lies in the same slot as {@code name}; null if there is none. */
    static byte @Nullable [] sibling(byte[] name) {
        int open = indexOf(name, '{', 0);
        int close = open < 0 ? -1 : indexOf(name, '}', open + 1);
        if (close > open + 1) {
            byte[] sibling = Arrays.copyOf(name, name.length + 2);
            sibling[name.length] = ':';
            sibling[name.length + 1] = '2';
            return sibling;
        }
        if (name.length == 0 || open >= 0 || indexOf(name, '}', 0) >= 0) {
            return null;
        }
        byte[] sibling = new byte[name.length + 4];
        sibling[0] = '{';
        System.arraycopy(name, 0, sibling, 1, name.length);
        sibling[name.length + 1] = '}';
        sibling[name.length + 2] = ':';
        sibling[name.length + 3] = '2';
        return sibling;
    }

    private static int indexOf(byte[] bytes, char c, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == c) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
