package io.segue.proxy.telemetry;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The admin port: a few pages over HTTP, for probes, scrapers and people. It has a thread of its own, so that nothing asked
 * here slows a request, and limits on connections, sizes and idle time.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // What is closed here needs no waiting for, except where it is waited for.
public final class AdminServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 128;
    private static final int MAX_LINE = 4 * 1024;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int MAX_BODY = 16 * 1024;
    private static final int IDLE_S = 60;

    private final EventLoopGroup thread;
    private final ChannelGroup connections;
    private final Channel listener;

    private AdminServer(EventLoopGroup thread, ChannelGroup connections, Channel listener) {
        this.thread = thread;
        this.connections = connections;
        this.listener = listener;
    }

    /**
     * Opens the port.
     *
     * @param address where; port 0 takes any free one
     * @param pages by path
     * @throws IOException the address cannot be listened on
     */
    public static AdminServer start(InetSocketAddress address, Map<String, Page> pages) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("--admin " + address.getHostString() + ": unknown host");
        }
        EventLoopGroup thread = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("segue-admin", true), NioIoHandler.newFactory());
        ChannelGroup connections = new DefaultChannelGroup(thread.next(), true);
        Map<String, Page> fixed = Map.copyOf(pages);
        ChannelFuture bound = new ServerBootstrap()
                .group(thread)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        open(channel, connections, fixed);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new IOException(
                    "--admin " + address + ": cannot listen: " + bound.cause().getMessage(), bound.cause());
        }
        return new AdminServer(thread, connections, bound.channel());
    }

    private static void open(SocketChannel channel, ChannelGroup connections, Map<String, Page> pages) {
        if (connections.size() >= MAX_CONNECTIONS) {
            channel.close();
            return;
        }
        connections.add(channel);
        channel.pipeline()
                .addLast(new ReadTimeoutHandler(IDLE_S))
                .addLast(new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_BODY))
                .addLast(new HttpObjectAggregator(MAX_BODY))
                .addLast(new AdminHandler(pages));
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Closes the port and every connection. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
