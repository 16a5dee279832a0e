package io.segue.proxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.ServerFacts;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/** All lanes of one event loop. Confined to it. */
public final class Lanes {
    private static final int CONNECT_TIMEOUT_MS = 1_000;
    private static final long LOGIN_TIMEOUT_MS = 2_000;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 4 << 20);

    private static final ExecutorService LOOK_UPS =
            Executors.newCachedThreadPool(new DefaultThreadFactory("segue-names", true));

    private record Id(ServerAddress address, LaneProfile profile) {}

    /** Hears of lanes that come and go. Called on the loop. */
    public interface Listener {
        /**
         * A lane is logged in; nothing has been sent on it by anybody who looks at whether it is ready.
         *
         * @param facts what the server says of itself
         */
        void onLaneOpened(ServerAddress address, ServerFacts facts);

        /**
         * A lane is gone.
         *
         * @param lost whether the proxy did not want it
         */
        void onLaneClosed(ServerAddress address, boolean lost);

        /**
         * A lane, shared or not, was closed with requests on it that the server may still execute.
         *
         * @param facts of that connection
         */
        void onOutcomeUnknown(ServerAddress address, ServerFacts facts);
    }

    /**
     * Who connects.
     *
     * @param proxy node id
     * @param connectionName what the servers list our connections as
     * @param runs the configuration version that runs; from any thread
     */
    public record Caller(String proxy, String connectionName, LongSupplier runs) {}

    private final Loop loop;
    private final Protocol protocol;
    private final Limits limits;
    private final Class<? extends Channel> channelType;
    private final UpstreamTls tls;
    private final Caller caller;
    private final Listener listener;
    private final Map<Id, SharedLane> shared = new HashMap<>();

    /** Opens nothing yet. */
    public Lanes(
            Loop loop,
            Protocol protocol,
            Limits limits,
            Class<? extends Channel> channelType,
            UpstreamTls tls,
            Caller caller,
            Listener listener) {
        this.loop = loop;
        this.protocol = protocol;
        this.limits = limits;
        this.channelType = channelType;
        this.tls = tls;
        this.caller = caller;
        this.listener = listener;
    }

    public Loop loop() {
        return loop;
    }

    public Protocol protocol() {
        return protocol;
    }

    Listener listener() {
        return listener;
    }

    /** The shared lane to a server; connects when first used. */
    public SharedLane shared(ServerAddress address, LaneProfile profile) {
        SharedLane lane =
                shared.computeIfAbsent(new Id(address, profile), id -> new SharedLane(this, address, profile));
        lane.unretire();
        return lane;
    }

    /**
     * A lane for one user alone. It connects at once; requests may be given to it right away.
     *
     * @param journal requests that bring back the session's state after the login
     * @param pushOnly whether everything the server sends goes to {@code owner}
     */
    public Lane dedicated(
            ServerAddress address, LaneProfile profile, List<byte[]> journal, boolean pushOnly, Lane.Owner owner) {
        Lane lane = open(address, profile, journal, pushOnly, owner);
        connect(lane, address);
        return lane;
    }

    /** Whether some shared lane of clients to a server is down, or avoided because it does not answer in time. */
    public boolean troubled(ServerAddress address) {
        for (Map.Entry<Id, SharedLane> entry : shared.entrySet()) {
            Id id = entry.getKey();
            if (id.address.equals(address) && id.profile.use() == LaneProfile.Use.CLIENTS) {
                Lane lane = entry.getValue().present();
                if (lane == null || !lane.ready() || lane.suspect()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Lets go of the shared lanes to all servers but these. */
    public void retainOnly(Set<ServerAddress> inUse) {
        shared.entrySet().removeIf(entry -> {
            boolean unused = !inUse.contains(entry.getKey().address());
            if (unused) {
                entry.getValue().retire();
            }
            return unused;
        });
    }

    Lane open(ServerAddress address, LaneProfile profile, List<byte[]> journal, boolean pushOnly, Lane.Owner owner) {
        Protocol.Login login = new Protocol.Login(
                address.username(), address.password(), caller.connectionName(), caller.proxy(), caller.runs());
        return new Lane(
                loop,
                new Watched(owner, address, listener),
                protocol.handshake(login, profile.protocolVersion(), profile.db(), journal),
                protocol.replyParser(limits),
                pushOnly,
                LOGIN_TIMEOUT_MS);
    }

    /** Tells, beside the owner, who must know of requests whose outcome is not known. */
    private record Watched(Lane.Owner owner, ServerAddress address, Listener listener) implements Lane.Owner {
        @Override
        public void onReady(Lane lane, ServerFacts facts) {
            owner.onReady(lane, facts);
        }

        @Override
        public void onClosed(Lane lane, String reason) {
            ServerFacts facts = lane.facts();
            if (lane.leftUnanswered() && facts != null) {
                listener.onOutcomeUnknown(address, facts);
            }
            owner.onClosed(lane, reason);
        }

        @Override
        public void onPush(Lane lane, ByteBuf in, int from, int to, boolean last) {
            owner.onPush(lane, in, from, to, last);
        }
    }

    void connect(Lane lane, ServerAddress address) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.executor())
                .channel(channelType)
                .option(ChannelOption.ALLOCATOR, loop.alloc())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                        tls.addTo(ch.pipeline(), address);
                        ch.pipeline().addLast("lane", lane);
                    }
                });
        if (NetUtil.isValidIpV4Address(address.host()) || NetUtil.isValidIpV6Address(address.host())) {
            connect(lane, bootstrap.connect(address.host(), address.port()));
            return;
        }
        // Looking a name up may block for seconds: never on the event loop.
        CompletableFuture.supplyAsync(() -> new InetSocketAddress(address.host(), address.port()), LOOK_UPS)
                .thenAcceptAsync(
                        found -> {
                            if (found.isUnresolved()) {
                                lane.connectFailed(new UnknownHostException(address.host() + ": unknown host"));
                            } else {
                                connect(lane, bootstrap.connect(found));
                            }
                        },
                        loop.executor());
    }

    private static void connect(Lane lane, ChannelFuture connecting) {
        connecting.addListener((ChannelFuture future) -> {
            if (!future.isSuccess()) {
                lane.connectFailed(future.cause());
            }
        });
    }
}
