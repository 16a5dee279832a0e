package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.segue.proxy.engine.ClientLanes;
import io.segue.proxy.engine.Dispatcher;
import io.segue.proxy.protocol.Conversation;
import io.segue.proxy.upstream.Lanes;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands what happens on a client's socket to its session. Holds no policy. */
public final class ClientHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private final ClientSession session;
    private final Set<ClientHandler> all;
    private final Channel channel;

    /**
     * @param all the sessions of this interlay on this event loop; it adds and removes itself
     */
    public ClientHandler(
            Channel channel,
            Interlay interlay,
            Dispatcher dispatcher,
            Lanes lanes,
            Conversation conversation,
            SessionSettings settings,
            Set<ClientHandler> all) {
        ClientLanes own = new ClientLanes(
                lanes, interlay.route(), conversation.protocolVersion(), conversation.db(), conversation::caller);
        this.session = new ClientSession(channel, interlay, dispatcher, own, conversation, settings);
        this.channel = channel;
        this.all = all;
        all.add(this);
    }

    /** The interlay's route changed. */
    public void onRouteChanged() {
        try {
            session.onRouteChanged();
        } catch (RuntimeException e) {
            // The others have to be told all the same.
            LOG.error("a client could not be moved to another route", e);
            channel.close();
        }
    }

    /** Ends the connection when every answer that is owed has been given. */
    public void finish() {
        session.closeAfterReplies();
    }

    /** Ends the connection. */
    public void close() {
        channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        session.onBytes((ByteBuf) message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            session.onWritable();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            session.onInputEnd();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        all.remove(this);
        session.onClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
