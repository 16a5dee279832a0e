package io.segue.core.labels;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule: which operations it is about, and what they are for. Every condition that is set must hold; one without conditions is about all
 * operations. Immutable, thread-safe.
 *
 * @param key pattern of the key, which may capture the user; null: any key, or none
 * @param keyPrefix what the key begins with; empty: anything
 * @param command name of the command in capitals; empty: any
 * @param client pattern of the client's name; null: any
 * @param user pattern of who the client logged in as; null: anybody
 * @param db database number; {@link #ANY_DB}: any
 * @param template template of the API gateway; empty: any, or none
 * @param api API of the API gateway; empty: any, or none
 * @param feature the feature that the operation belongs to; empty: none
 * @param flag the flag that governs it; empty: none
 */
public record LabelRule(
        @Nullable Glob key,
        String keyPrefix,
        String command,
        @Nullable Glob client,
        @Nullable Glob user,
        int db,
        String template,
        String api,
        String feature,
        String flag) {
    /** Any database. */
    public static final int ANY_DB = -1;

    /** Whether it is about this operation. */
    boolean matches(Subject subject, byte[] prefix) {
        if (db != ANY_DB && db != subject.db()) {
            return false;
        }
        if (!command.isEmpty() && !command.equals(subject.command())) {
            return false;
        }
        if (prefix.length > 0 && !startsWith(subject, prefix)) {
            return false;
        }
        if (key != null && !(subject.hasKey() && key.matches(subject.key(), subject.keyLength()))) {
            return false;
        }
        return matchesSender(subject);
    }

    private boolean matchesSender(Subject subject) {
        byte[] name = subject.caller().name();
        byte[] login = subject.caller().user();
        return (client == null || client.matches(name, name.length))
                && (user == null || user.matches(login, login.length))
                && (template.isEmpty() || template.equals(subject.template()))
                && (api.isEmpty() || api.equals(subject.api()));
    }

    private static boolean startsWith(Subject subject, byte[] prefix) {
        return subject.keyLength() >= prefix.length
                && Arrays.equals(subject.key(), 0, prefix.length, prefix, 0, prefix.length);
    }

    byte[] prefix() {
        return keyPrefix.getBytes(StandardCharsets.UTF_8);
    }

    /** The conditions that do not look at the key, by name. */
    public List<String> besideKey() {
        List<String> names = new ArrayList<>();
        note(names, "command", !command.isEmpty());
        note(names, "client", client != null);
        note(names, "user", user != null);
        note(names, "db", db != ANY_DB);
        note(names, "template", !template.isEmpty());
        note(names, "api", !api.isEmpty());
        return names;
    }

    private static void note(List<String> names, String name, boolean set) {
        if (set) {
            names.add(name);
        }
    }

    /** Whether it takes the user from the key. */
    public boolean captures() {
        return key != null && key.captures();
    }
}
