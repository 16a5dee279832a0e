package io.segue.controlplane.mover.redis.psync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Notes what a parser tells. */
final class Told implements ChangeSink {
    final List<String> events = new ArrayList<>();

    @Override
    public void change(int db, byte[] key) {
        events.add(db + " " + new String(key, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void everything(String reason) {
        events.add("everything: " + reason);
    }

    @Override
    public void functions() {
        events.add("functions");
    }
}
