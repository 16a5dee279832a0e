package io.segue.proxy.engine;

import io.segue.core.labels.Caller;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.LaneProfile;
import io.segue.proxy.upstream.Lanes;
import io.segue.proxy.upstream.SharedLane;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The shared lanes that one client's requests travel on, for the route it last saw. Confined to the client's event loop. */
public final class ClientLanes {
    private static final int SIDES = Side.values().length;

    /** Above every protocol version. */
    private static final int DIALECTS = 16;

    private final Lanes lanes;
    private final Supplier<Caller> caller;
    private final @Nullable SharedLane[] writes = new SharedLane[SIDES];
    private final @Nullable SharedLane[] reads = new SharedLane[SIDES];
    private Route route;
    private int protocolVersion;
    private int db;

    /** @param caller who the client is, as of now */
    public ClientLanes(Lanes lanes, Route route, int protocolVersion, int db, Supplier<Caller> caller) {
        this.lanes = lanes;
        this.caller = caller;
        this.route = route;
        this.protocolVersion = protocolVersion;
        this.db = db;
    }

    /** The route the lanes belong to. */
    public Route route() {
        return route;
    }

    /** Takes up another route or profile. */
    public void use(Route newRoute, int newProtocolVersion, int newDb) {
        route = newRoute;
        protocolVersion = newProtocolVersion;
        db = newDb;
        for (int i = 0; i < SIDES; i++) {
            writes[i] = null;
            reads[i] = null;
        }
    }

    public Lanes lanes() {
        return lanes;
    }

    /** Who the client is. */
    Caller caller() {
        return caller.get();
    }

    /** Database the client chose. */
    public int db() {
        return db;
    }

    /**
     * Who keeps the client's writes in order, on both sides: clients of the same event loop, dialect and database share their lanes. Two
     * dialects of one loop do not; two databases share no keys. At least 1.
     */
    int orderedBy() {
        return lanes.loop().index() * DIALECTS + protocolVersion + 1;
    }

    /** The lane for writes to a side. */
    public SharedLane writes(Side side) {
        SharedLane lane = writes[side.ordinal()];
        if (lane == null) {
            lane = shared(route.writes(side));
            writes[side.ordinal()] = lane;
        }
        return lane;
    }

    /** The lane for reads from a side. */
    public SharedLane reads(Side side) {
        SharedLane lane = reads[side.ordinal()];
        if (lane == null) {
            lane = shared(route.reads(side));
            reads[side.ordinal()] = lane;
        }
        return lane;
    }

    /** A lane in use whose server takes no more right now; null if there is none. */
    public @Nullable Lane congested() {
        for (int i = 0; i < SIDES; i++) {
            Lane lane = congested(writes[i]);
            if (lane == null) {
                lane = congested(reads[i]);
            }
            if (lane != null) {
                return lane;
            }
        }
        return null;
    }

    private static @Nullable Lane congested(@Nullable SharedLane shared) {
        Lane lane = shared == null ? null : shared.present();
        // A follower that is avoided is no reason to wait: nothing is sent to it.
        return lane != null && lane.congested() && !lane.suspect() ? lane : null;
    }

    private SharedLane shared(ServerAddress address) {
        return lanes.shared(address, profile(address));
    }

    /** The connection state of the client at a server: an endpoint's own database stands for the client's database 0. */
    public LaneProfile profile(ServerAddress address) {
        return LaneProfile.clients(protocolVersion, databaseAt(address, db));
    }

    /** Which database of a server a client's database is. */
    static int databaseAt(ServerAddress address, int clientDb) {
        return clientDb == 0 ? address.db() : clientDb;
    }
}
