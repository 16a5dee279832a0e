package io.segue.proxy.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.segue.proxy.config.ConfigRejectedException;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.protocol.Protocol.ConversationSettings;
import io.segue.proxy.session.ClientHandler;
import io.segue.proxy.session.Interlay;
import io.segue.proxy.session.SessionSettings;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One open listening socket. Its clients live on when it is closed. */
final class Listener {
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(512 * 1024, 2 * 1024 * 1024);
    private static final int BACKLOG = 4096;

    private final String bind;
    private final int port;
    private final Channel channel;

    private Listener(String bind, int port, Channel channel) {
        this.bind = bind;
        this.port = port;
        this.channel = channel;
    }

    /**
     * Opens it.
     *
     * @param kitOf finds the kit of a channel's event loop
     * @param connectionIds numbers the clients' connections
     * @return fails with {@link ConfigRejectedException} if the address cannot be had
     */
    static CompletionStage<Listener> open(
            InterlaySpec spec,
            Interlay interlay,
            Transport transport,
            EventLoopGroup group,
            ByteBufAllocator alloc,
            Function<Channel, LoopKit> kitOf,
            AtomicLong connectionIds,
            SessionSettings settings) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(transport.server())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, alloc)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        LoopKit kit = kitOf.apply(ch);
                        LoopKit.Parts parts = kit.parts(interlay.protocol().id());
                        ch.pipeline()
                                .addLast(
                                        "client",
                                        new ClientHandler(
                                                ch,
                                                interlay,
                                                parts.dispatcher(),
                                                parts.lanes(),
                                                interlay.protocol()
                                                        .conversation(
                                                                meet(interlay, ch, connectionIds.incrementAndGet())),
                                                settings,
                                                kit.sessions(interlay)));
                    }
                });
        CompletableFuture<Listener> opened = new CompletableFuture<>();
        bootstrap.bind(spec.bind(), spec.port()).addListener((ChannelFuture future) -> {
            if (future.isSuccess()) {
                opened.complete(new Listener(spec.bind(), spec.port(), future.channel()));
            } else {
                opened.completeExceptionally(new ConfigRejectedException("interlay " + spec.id()
                        + ": cannot listen on " + spec.bind() + ":" + spec.port() + " ("
                        + future.cause().getMessage() + ")"));
            }
        });
        return opened;
    }

    /** The credentials stored for the databases are lent only to clients that log in. */
    private static ConversationSettings meet(Interlay interlay, Channel ch, long id) {
        InterlaySpec.ClientLogin login = interlay.route().spec().login();
        return new ConversationSettings(id, login.username(), login.password(), String.valueOf(ch.remoteAddress()));
    }

    /** Whether it listens where {@code spec} says. */
    boolean isAt(InterlaySpec spec) {
        return bind.equals(spec.bind()) && port == spec.port();
    }

    /** The socket's address: with the real port, where any was asked for. */
    String address() {
        return String.valueOf(channel.localAddress());
    }

    @Nullable
    InetSocketAddress socketAddress() {
        return channel.localAddress() instanceof InetSocketAddress address ? address : null;
    }

    boolean open() {
        return channel.isOpen();
    }

    CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        channel.close().addListener(future -> closed.complete(null));
        return closed;
    }
}
