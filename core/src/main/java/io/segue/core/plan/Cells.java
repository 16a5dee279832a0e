package io.segue.core.plan;

import io.segue.core.labels.Glob;
import io.segue.core.labels.LabelRules;
import io.segue.core.labels.Labelling;
import io.segue.core.labels.Subject;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.HashTag;
import io.segue.core.operation.KeySlot;
import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * From an operation to its cell, the smallest part of the traffic that a plan tells apart: its label class and its bucket, as one number, {@code
 * class × }{@link Bucket#COUNT}{@code  + bucket}. Where no label differs from key to key there is one class, and the cell is the bucket.
 *
 * <p>Class 0 is what has no label. The other classes are the shards, or the values of the one label that the strategy looks at; they do not depend on
 * what it thinks of each value, so that two plans of one interlay mean the same by a cell if their cells are equal. Immutable, thread-safe;
 * {@link #of} allocates nothing.
 */
public final class Cells {
    private final Label label;
    private final LabelRules rules;
    private final int shards;
    private final Sampling sampling;
    private final boolean users;
    private final long salt;
    private final int[] classOfRule;
    private final List<String> values;
    private final boolean plain;
    private final boolean captures;

    private Cells(Label label, LabelRules rules, int shards, Sampling sampling, boolean users, long salt) {
        this.label = label;
        this.rules = rules;
        this.shards = shards;
        this.sampling = sampling;
        this.users = users;
        this.salt = salt;
        this.captures = rules.captures();
        this.classOfRule = new int[rules.rules().size()];
        this.values = new ArrayList<>(List.of(""));
        for (int i = 0; i < shards; i++) {
            values.add(Labelling.shardName(i));
        }
        if (label == Label.FEATURE || label == Label.FLAG) {
            for (int i = 0; i < classOfRule.length; i++) {
                classOfRule[i] = classOf(value(i));
            }
        }
        this.plain = values.size() == 1 && sampling == Sampling.KEY && !users;
    }

    private String value(int rule) {
        return label == Label.FEATURE
                ? rules.rules().get(rule).feature()
                : rules.rules().get(rule).flag();
    }

    private int classOf(String value) {
        int known = values.indexOf(value);
        if (known < 0) {
            values.add(value);
        }
        return known < 0 ? values.size() - 1 : known;
    }

    /** How operations on an interlay fall into cells under a strategy. */
    static Cells of(Strategy strategy, Sampling sampling, Labelling labelling, long salt) {
        boolean users = (strategy.sharesUsers() || sampling == Sampling.USER)
                && labelling.rules().captures();
        boolean byRules = strategy.label() == Label.FEATURE || strategy.label() == Label.FLAG;
        boolean byShard = strategy.label() == Label.INSTANCE && labelling.byShard();
        return new Cells(
                byRules || byShard ? strategy.label() : Label.NONE,
                byRules || users ? labelling.rules() : LabelRules.NONE,
                byShard ? strategy.instances() : 0,
                sampling,
                users,
                salt);
    }

    /** Number of cells. */
    public int count() {
        return values.size() * Bucket.COUNT;
    }

    /** Number of label classes. */
    public int classes() {
        return values.size();
    }

    /** Whether a key's cell is the bucket of the key, so that nothing else has to be looked at. */
    public boolean plain() {
        return plain;
    }

    /**
     * The cell of an operation on one key, or on none.
     *
     * @param keyBucket the bucket of the key; any number if there is none
     */
    public int of(Subject subject, int keyBucket) {
        if (plain) {
            return subject.hasKey() ? keyBucket : Bucket.KEYLESS;
        }
        int rule = rules.match(subject);
        return classOf(rule, subject) * Bucket.COUNT + bucket(rule, subject, keyBucket);
    }

    /** As {@link #of(Subject, int)}, with the key's bucket worked out first. */
    public int of(Subject subject) {
        return of(subject, subject.hasKey() ? keyBucket(subject.key(), subject.keyLength()) : Bucket.KEYLESS);
    }

    /** The cell of a key, whoever uses it. */
    public int ofKey(byte[] key) {
        int bucket = keyBucket(key, key.length);
        return plain ? bucket : of(new Subject().key(key, key.length), bucket);
    }

    private int keyBucket(byte[] key, int length) {
        long range = HashTag.range(key, length);
        int from = (int) (range >>> 32);
        return Bucket.of(key, from, (int) range - from, salt);
    }

    private int classOf(int rule, Subject subject) {
        if (shards > 0) {
            return subject.hasKey() ? 1 + KeySlot.shard(subject.key(), subject.keyLength(), shards) : 0;
        }
        return rule == LabelRules.NO_RULE ? 0 : classOfRule[rule];
    }

    private int bucket(int rule, Subject subject, int keyBucket) {
        if (!subject.hasKey()) {
            return Bucket.KEYLESS;
        }
        if (users && rule != LabelRules.NO_RULE) {
            long user = rules.user(rule, subject);
            if (user != Glob.NO_CAPTURE) {
                int from = (int) (user >>> 32);
                return Bucket.of(subject.key(), from, (int) user - from, salt);
            }
        }
        return switch (sampling) {
            case KEY -> keyBucket;
            case CONNECTION ->
                Bucket.of(subject.caller().connection(), 0, subject.caller().connection().length, salt);
            case USER ->
                captures ? Bucket.KEYLESS : bucketOfLogin(subject.caller().user());
        };
    }

    private int bucketOfLogin(byte[] user) {
        return user.length == 0 ? Bucket.KEYLESS : Bucket.of(user, 0, user.length, salt);
    }

    /** The rule that is about an operation, if rules are looked at at all; else {@link LabelRules#NO_RULE}. */
    int rule(Subject subject) {
        return rules.match(subject);
    }

    /** What the bucket of an operation was taken from, in words. */
    String unit(Subject subject) {
        int rule = rules.match(subject);
        if (!subject.hasKey()) {
            return "none: it names no key, so it moves last";
        }
        if (users && rule != LabelRules.NO_RULE && rules.user(rule, subject) != Glob.NO_CAPTURE) {
            return "user (from the key)";
        }
        return switch (sampling) {
            case KEY -> "key";
            case CONNECTION -> "connection";
            case USER ->
                captures || subject.caller().user().length == 0
                        ? "none: it has no user, so it moves last"
                        : "user (who the client logged in as)";
        };
    }

    /** The labels of the operations of a class that come through a proxy with these. */
    Labels labels(int labelClass, Labels proxy) {
        return proxy.with(label, values.get(labelClass));
    }

    /** Whether two plans take buckets from the same units. */
    boolean samplesAs(Cells other) {
        return sampling == other.sampling
                && users == other.users
                && salt == other.salt
                && (!users || rules.equals(other.rules));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cells that
                && label == that.label
                && shards == that.shards
                && samplesAs(that)
                && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return Objects.hash(label, shards, sampling, users, salt);
    }
}
