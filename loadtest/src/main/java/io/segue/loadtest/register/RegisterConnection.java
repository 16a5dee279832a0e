package io.segue.loadtest.register;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * One connection to a proxy: commands go out as they are due, whatever is still without an answer, and answers come back in their order. For the
 * thread of the load.
 */
final class RegisterConnection {
    private static final int INPUT = 32 * 1024;

    private final Replies replies = new Replies();
    private final ByteBuffer in = ByteBuffer.allocate(INPUT);
    private final SocketChannel channel;
    private final SelectionKey selection;
    private final int proxy;
    private ByteBuffer out = ByteBuffer.allocate(INPUT);
    /** The operations without an answer, oldest at {@code head}: a ring whose length is a power of two. */
    private int[] waiting = new int[1024];

    private int head;
    private int count;

    /** Takes answers. */
    interface Answers {
        /** The answer to operation {@code number}. */
        void answered(int number, Replies reply);
    }

    RegisterConnection(Selector selector, int proxy, int port) throws IOException {
        this.proxy = proxy;
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        selection = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Number of the proxy it goes to. */
    int proxy() {
        return proxy;
    }

    /** How many operations have no answer. */
    int waiting() {
        return count;
    }

    /** Puts a command into the buffer; {@link #flush} sends it. */
    void append(int number, byte[] command) {
        if (out.remaining() < command.length) {
            out = ByteBuffer.allocate(2 * out.capacity() + command.length).put(out.flip());
        }
        out.put(command);
        if (count == waiting.length) {
            int[] longer = new int[2 * count];
            for (int i = 0; i < count; i++) {
                longer[i] = waiting[(head + i) & (count - 1)];
            }
            waiting = longer;
            head = 0;
        }
        waiting[(head + count++) & (waiting.length - 1)] = number;
    }

    /** Sends what fits; the selector says when more does. */
    void flush() throws IOException {
        if (out.position() > 0) {
            out.flip();
            channel.write(out);
            out.compact();
        }
        int interest = out.position() > 0 ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (selection.interestOps() != interest) {
            selection.interestOps(interest);
        }
    }

    /**
     * Takes the answers that have come.
     *
     * @throws IOException if the connection is lost
     */
    void receive(Answers answers) throws IOException {
        if (channel.read(in) < 0) {
            throw new IOException("the proxy closed the connection");
        }
        in.flip();
        while (in.hasRemaining() && replies.next(in)) {
            if (count == 0) {
                throw new IOException("an answer to nothing: " + replies.kind());
            }
            int number = waiting[head & (waiting.length - 1)];
            head = (head + 1) & (waiting.length - 1);
            count--;
            answers.answered(number, replies);
        }
        in.compact();
        if (!in.hasRemaining()) {
            throw new IOException("an answer of more than " + INPUT + " bytes");
        }
    }

    /** Closes the connection; returns the operations that were not answered. */
    int[] close() throws IOException {
        int[] left = new int[count];
        Arrays.setAll(left, i -> waiting[(head + i) & (waiting.length - 1)]);
        count = 0;
        channel.close();
        return left;
    }
}
