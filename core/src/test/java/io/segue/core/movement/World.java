package io.segue.core.movement;

import java.util.Arrays;

/**
 * One state of {@link MovementModel}: both databases, what is under way, the proxies, the mover and its predecessor. A value: {@link #copy} it,
 * change the copy, hand it on.
 */
final class World {
    static final int KEYS = 2;
    static final int PROXIES = 2;

    /** A value of a key: 0 is absent; this bit says that it has a time to live. */
    static final int TTL = 64;

    // Of each key.
    static final int OLD = 0;
    static final int NEW = OLD + KEYS;
    /** Messages of the feed that name it and are still under way. */
    static final int NAMED = NEW + KEYS;
    /** Its {@link KeyState}. */
    static final int STATE = NAMED + KEYS;
    /** Ticks since its last change was named. */
    static final int AGE = STATE + KEYS;
    /** How far its copy is: a COPY_ constant. */
    static final int COPY = AGE + KEYS;

    static final int COPY_VALUE = COPY + KEYS;
    /** How far its comparison is: a READ_ constant. */
    static final int COMPARE = COPY_VALUE + KEYS;

    static final int COMPARE_VALUE = COMPARE + KEYS;
    /** Whether its comparison began before it had settled. */
    static final int COMPARE_EARLY = COMPARE_VALUE + KEYS;

    static final int COPY_NONE = 0;
    static final int COPY_TAKEN = 1;
    static final int COPY_SENT = 2;
    /** The connection is lost; the write may be executed yet. */
    static final int COPY_LOST = 3;
    /** The connection is lost; the write was executed. */
    static final int COPY_GONE = 4;

    /** Executed; the answer is under way. */
    static final int COPY_EXECUTED = 5;

    static final int READ_NONE = 0;
    static final int READ_BEGUN = 1;
    static final int READ_OLD = 2;
    static final int READ_NEW = 3;

    // Of each proxy.
    static final int PROXY_AT = COMPARE_EARLY + KEYS;
    /** What its present operation is at: a PROXY_ constant. */
    static final int PROXY = PROXY_AT + PROXIES;
    /** Ticks since that operation began. */
    static final int PROXY_AGE = PROXY + PROXIES;

    static final int PROXY_IDLE = 0;
    /** In OLD's socket buffer. */
    static final int PROXY_PENDING = 1;
    /** OLD has executed it; the effect was not sent. */
    static final int PROXY_EXECUTED = 2;
    /** The effect is in NEW's socket buffer. */
    static final int PROXY_SENT = 3;
    /** The same, on a connection that was given up. */
    static final int PROXY_LOST = 4;
    /** Executed on a connection that was given up. */
    static final int PROXY_GONE = 5;
    /** Ended late: the key is to be reported. */
    static final int PROXY_LATE = 6;

    static final int PROXY_DEAD = 7;
    /** Dead, the operation in OLD's socket buffer. */
    static final int PROXY_DEAD_PENDING = 8;
    /** Dead, the effect in NEW's socket buffer. */
    static final int PROXY_DEAD_SENT = 9;

    // One of each.
    static final int DIRECT_AT = PROXY_AGE + PROXIES;
    static final int DUAL = DIRECT_AT + 1;
    static final int HELD = DUAL + 1;
    static final int EXPIRED_OLD = HELD + 1;
    static final int EXPIRED_NEW = EXPIRED_OLD + 1;
    static final int FEED_UP = EXPIRED_NEW + 1;
    static final int FEED_OWING = FEED_UP + 1;
    static final int FEED_GENERATION = FEED_OWING + 1;
    static final int FEED_AGE = FEED_GENERATION + 1;
    /** 0: no pass; 1: it has read OLD's keys. */
    static final int PASS = FEED_AGE + 1;

    static final int PASS_GENERATION = PASS + 1;
    /** 0: none; 1: asked; 2: answered. */
    static final int BARRIER = PASS_GENERATION + 1;

    static final int BARRIER_GENERATION = BARRIER + 1;
    /** 0: all proxies live or were fenced; 1: one died; 2: the first of the two steps was taken. */
    static final int STRANGERS = BARRIER_GENERATION + 1;
    /** The mover's {@link Admission}. */
    static final int ADMISSION = STRANGERS + 1;
    /** A predecessor: OLDER_ constants, its Admission, the value it holds. */
    static final int OLDER = ADMISSION + 1;

    static final int OLDER_ADMISSION = OLDER + 1;
    static final int OLDER_VALUE = OLDER_ADMISSION + 1;
    /** A write that the mover knows nothing of any more (broken variants only): 0, or its value + 1. */
    static final int STRAY = OLDER_VALUE + 1;
    /** For a feed with positions: the last change, the last received, the checkpoint, the oldest owed. */
    static final int PRODUCED = STRAY + 1;

    static final int RECEIVED = PRODUCED + 1;
    static final int SAVED = RECEIVED + 1;
    static final int OLDEST = SAVED + 1;
    /** Of {@link #OLDEST}: no key is owed. */
    static final int NOT_OWED = 127;

    static final int OPEN = OLDEST + 1;
    /** What may still go wrong: one cell of each {@link Trouble}. */
    static final int LEFT = OPEN + 1;

    static final int CELLS = LEFT + Trouble.values().length;

    static final int OLDER_NONE = 0;
    /** It lives, has read a value, and wants to write it. */
    static final int OLDER_READ = 1;
    /** Its write is in NEW's socket buffer. */
    static final int OLDER_SENT = 2;

    /** What may go wrong, as often as the scenario says. */
    enum Trouble {
        FEED_LOST,
        MOVER_CONNECTION_LOST,
        MOVER_CRASHES,
        MOVER_REPLACED,
        PROXY_CONNECTION_LOST,
        PROXY_DIES
    }

    private final byte[] cells;
    private int hash;

    World() {
        this(new byte[CELLS]);
    }

    private World(byte[] cells) {
        this.cells = cells;
    }

    World copy() {
        return new World(cells.clone());
    }

    int get(int cell) {
        return cells[cell];
    }

    World set(int cell, int value) {
        cells[cell] = (byte) value;
        hash = 0;
        return this;
    }

    World add(int cell, int value) {
        return set(cell, cells[cell] + value);
    }

    boolean is(int cell, int value) {
        return cells[cell] == value;
    }

    KeyState state(int key) {
        return STATES[cells[STATE + key]];
    }

    Admission admission(int cell) {
        return ADMISSIONS[cells[cell]];
    }

    /** What a client of OLD or NEW sees: a key whose time has come is not there. */
    int seen(int side, int key) {
        return alive(side, cells[side + key]);
    }

    /** What is left of a value on a side: nothing if its time has come. */
    int alive(int side, int value) {
        boolean expired = cells[side == OLD ? EXPIRED_OLD : EXPIRED_NEW] == 1;
        return expired && (value & TTL) != 0 ? 0 : value;
    }

    private static final KeyState[] STATES = KeyState.values();
    private static final Admission[] ADMISSIONS = Admission.values();

    @Override
    public boolean equals(Object other) {
        return other instanceof World world && world.hashCode() == hashCode() && Arrays.equals(world.cells, cells);
    }

    @Override
    public int hashCode() {
        if (hash == 0) {
            int mixed = Arrays.hashCode(cells);
            mixed = (mixed ^ (mixed >>> 16)) * 0x85EBCA6B;
            mixed = (mixed ^ (mixed >>> 13)) * 0xC2B2AE35;
            hash = mixed ^ (mixed >>> 16);
        }
        return hash;
    }
}
