package io.segue.loadtest.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells where requests go. Each key that is read holds the name of its server, so the answer says who gave it; each key that is written is new, and
 * looked for on both servers.
 */
final class Traffic {
    /** Users of an application, each with a key; then payments, which belong to nobody. */
    static final int USERS = 300;

    static final int PAYMENTS = 50;

    private final Rig rig;
    private int probes;

    Traffic(Rig rig) throws IOException {
        this.rig = rig;
        mark(rig.oldServer(), "old_redis");
        mark(rig.newServer(), "new_redis_cluster");
    }

    static String user(int i) {
        return "user:" + i + ":profile";
    }

    static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            keys.add(user(i));
        }
        for (int i = 0; i < PAYMENTS; i++) {
            keys.add("pay:" + i);
        }
        return keys;
    }

    private static void mark(RedisServer server, String name) throws IOException {
        try (RespClient redis = server.connect()) {
            redis.pipeline(keys().stream()
                    .map(key -> RespClient.bytes("SET", key, name))
                    .toList());
        }
    }

    /** The keys that a client of proxy {@code proxy} reads from the server at an endpoint. On a busy machine a read may be answered by OLD. */
    Set<String> readFrom(String endpoint, int proxy) throws IOException, InterruptedException {
        while (true) {
            Rig.await("nothing under way", () -> rig.metric("segue_in_flight") == 0);
            long rescued = rig.metric("segue_rescued_reads_total");
            Set<String> found = read(endpoint, rig.proxies().get(proxy).port());
            if (rig.metric("segue_rescued_reads_total") == rescued) {
                return found;
            }
        }
    }

    private static Set<String> read(String endpoint, int port) throws IOException {
        List<String> keys = keys();
        Set<String> found = new TreeSet<>();
        try (RespClient redis = RespClient.connect(port)) {
            List<Resp> replies = redis.pipeline(
                    keys.stream().map(key -> RespClient.bytes("GET", key)).toList());
            for (int i = 0; i < keys.size(); i++) {
                assertThat(replies.get(i).text()).isIn("old_redis", "new_redis_cluster");
                if (replies.get(i).text().equals(endpoint)) {
                    found.add(keys.get(i));
                }
            }
        }
        return found;
    }

    /**
     * Writes a new key beside each key, through proxy {@code proxy}.
     *
     * @param onOld keys whose neighbour was written on {@code old_redis}
     * @param onNew keys whose neighbour was written on {@code new_redis_cluster}
     */
    record Writes(Set<String> onOld, Set<String> onNew) {
        Set<String> on(String endpoint) {
            return endpoint.equals("old_redis") ? onOld : onNew;
        }
    }

    /** Writes beside every key, and looks where it arrived. */
    Writes write(int proxy) throws IOException, InterruptedException {
        String suffix = ":w" + ++probes;
        try (RespClient redis = RespClient.connect(rig.proxies().get(proxy).port())) {
            redis.pipeline(keys().stream()
                            .map(key -> RespClient.bytes("SET", key + suffix, "x"))
                            .toList())
                    .forEach(reply -> assertThat(reply.text()).isEqualTo("OK"));
        }
        Rig.await("nothing under way", () -> rig.metric("segue_in_flight") == 0);
        return new Writes(written(rig.oldServer(), suffix), written(rig.newServer(), suffix));
    }

    private static Set<String> written(RedisServer server, String suffix) throws IOException {
        List<String> keys = keys();
        Set<String> found = new TreeSet<>();
        try (RespClient redis = server.connect()) {
            List<Resp> replies = redis.pipeline(keys.stream()
                    .map(key -> RespClient.bytes("EXISTS", key + suffix))
                    .toList());
            for (int i = 0; i < keys.size(); i++) {
                if (replies.get(i).number() == 1) {
                    found.add(keys.get(i));
                }
            }
        }
        return found;
    }
}
