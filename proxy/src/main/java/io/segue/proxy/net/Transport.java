package io.segue.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The kind of sockets this machine is served best with.
 *
 * @param name for people
 * @param server accepts
 * @param client connects
 */
record Transport(
        String name, IoHandlerFactory io, Class<? extends ServerChannel> server, Class<? extends Channel> client) {

    /** Epoll where it is to be had, else the JDK's own. */
    static Transport best() {
        return Epoll.isAvailable()
                ? new Transport(
                        "epoll", HalfClosedEpoll.factory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
                : new Transport("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
    }

    EventLoopGroup group(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("segue-loop", true), io);
    }
}
