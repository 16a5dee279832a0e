package io.segue.proxy.protocol.redis;

import java.util.Random;

/** Damages protocol text at random, preferring bytes that mean something. */
final class Mutation {
    private static final String SPICE = "*$+-:%~>|#,_(!=?\r\n0123456789\"'\\x \u0000\u00ff";

    private Mutation() {}

    static void mutate(StringBuilder text, Random random) {
        for (int n = random.nextInt(4); n >= 0 && text.length() > 0; n--) {
            int at = random.nextInt(text.length());
            char c = SPICE.charAt(random.nextInt(SPICE.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.setCharAt(at, c);
                case 1 -> text.insert(at, c);
                case 2 -> text.deleteCharAt(at);
                default -> text.setLength(at);
            }
        }
    }
}
