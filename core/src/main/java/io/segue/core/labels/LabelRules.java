package io.segue.core.labels;

import io.segue.core.validation.InvalidFieldException;
import java.util.List;
import java.util.Optional;

/** An interlay's label rules, in order: the first that is about an operation says what it is for. Immutable, thread-safe. */
public final class LabelRules {
    /** Most rules that an interlay may have. */
    public static final int MAX = 1_000;

    /** No rules. */
    public static final LabelRules NONE = new LabelRules(List.of());

    /** What {@link #match} answers where no rule is about an operation. */
    public static final int NO_RULE = -1;

    private final List<LabelRule> rules;
    private final LabelRule[] inOrder;
    private final byte[][] prefixes;

    /** @throws InvalidFieldException there are too many */
    public LabelRules(List<LabelRule> rules) {
        if (rules.size() > MAX) {
            throw new InvalidFieldException("labels", rules.size() + " rules", "at most " + MAX + " rules");
        }
        this.rules = List.copyOf(rules);
        this.inOrder = rules.toArray(LabelRule[]::new);
        this.prefixes = rules.stream().map(LabelRule::prefix).toArray(byte[][]::new);
    }

    public List<LabelRule> rules() {
        return rules;
    }

    public boolean isEmpty() {
        return inOrder.length == 0;
    }

    /** Index of the first rule that is about {@code subject}; {@link #NO_RULE} if none is. Allocates nothing. */
    public int match(Subject subject) {
        for (int i = 0; i < inOrder.length; i++) {
            if (inOrder[i].matches(subject, prefixes[i])) {
                return i;
            }
        }
        return NO_RULE;
    }

    /** Where in the key of {@code subject} rule {@code rule}, which is about it, finds the user: as {@link Glob#capture}. */
    public long user(int rule, Subject subject) {
        Glob key = inOrder[rule].key();
        return key == null ? Glob.NO_CAPTURE : key.capture(subject.key(), subject.keyLength());
    }

    /** Whether some rule takes the user from the key. */
    public boolean captures() {
        return rules.stream().anyMatch(LabelRule::captures);
    }

    /** The first condition that does not look at the key, as it is called in the API; empty if the key alone says which rule it is. */
    public Optional<String> besideKey() {
        for (int i = 0; i < inOrder.length; i++) {
            List<String> names = inOrder[i].besideKey();
            if (!names.isEmpty()) {
                return Optional.of("labels[" + i + "]." + names.get(0));
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelRules that && that.rules.equals(rules);
    }

    @Override
    public int hashCode() {
        return rules.hashCode();
    }

    @Override
    public String toString() {
        return rules.toString();
    }
}
