package io.segue.proxy.protocol;

import java.util.Arrays;

/**
 * One request as a {@link RequestParser} found it: the command's facts, and where its arguments lie, relative to the first
 * byte of the frame. Reused by its parser: valid until the next parse. Confined to one event loop.
 */
public final class Request {
    private static final int INITIAL = 16;

    private Command command = Command.UNKNOWN;
    private int length;
    private int argCount;
    private int[] argStart = new int[INITIAL];
    private int[] argLength = new int[INITIAL];

    /** Forgets everything; called by the parser before it fills the request. */
    public void reset() {
        command = Command.UNKNOWN;
        length = 0;
        argCount = 0;
        if (argStart.length > 1024) {
            argStart = new int[INITIAL];
            argLength = new int[INITIAL];
        }
    }

    /** Notes the next argument. */
    public void addArgument(int start, int argumentLength) {
        if (argCount == argStart.length) {
            argStart = Arrays.copyOf(argStart, argCount * 2);
            argLength = Arrays.copyOf(argLength, argCount * 2);
        }
        argStart[argCount] = start;
        argLength[argCount] = argumentLength;
        argCount++;
    }

    /** Notes that the frame is complete. */
    public void complete(Command facts, int frameLength) {
        command = facts;
        length = frameLength;
    }

    /** Becomes a copy of {@code other}, for whoever needs it longer. */
    public void copyFrom(Request other) {
        reset();
        if (argStart.length < other.argCount) {
            argStart = new int[other.argCount];
            argLength = new int[other.argCount];
        }
        System.arraycopy(other.argStart, 0, argStart, 0, other.argCount);
        System.arraycopy(other.argLength, 0, argLength, 0, other.argCount);
        argCount = other.argCount;
        command = other.command;
        length = other.length;
    }

    /** Facts about the command; {@link Command#UNKNOWN} if the table does not have it. */
    public Command command() {
        return command;
    }

    /** Length of the whole frame in bytes. */
    public int length() {
        return length;
    }

    /** Number of arguments, the command name included. */
    public int argCount() {
        return argCount;
    }

    /** Where argument {@code i} starts, from the first byte of the frame. */
    public int argStart(int i) {
        return argStart[i];
    }

    /** Length of argument {@code i} in bytes. */
    public int argLength(int i) {
        return argLength[i];
    }
}
