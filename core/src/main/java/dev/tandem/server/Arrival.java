package dev.tandem.server;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.Upper;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import java.util.List;
import java.util.function.Function;

/**
 * A client on its way through the layers of a listener, the lowest first. It has its place among the connections already,
 * and becomes one when the last layer is open.
 */
final class Arrival extends Relay implements Upper {

    private final StreamSocket socket;
    private final List<RunningLayer> layers;
    private final Arrivals arrivals;
    private final Admission admission;
    private final Function<StreamSocket, SocketEvents> opening;
    private final Runnable onGone;

    private int begun;
    private LayerEvents beginning;
    private long dueNanos;
    private boolean opened;

    /**
     * Has not begun.
     *
     * @param opening makes a connection of the socket that the last layer gives, or returns null
     * @param onGone told if the client is gone without having become a connection
     */
    Arrival(
            StreamSocket socket,
            List<RunningLayer> layers,
            Arrivals arrivals,
            Admission admission,
            Function<StreamSocket, SocketEvents> opening,
            Runnable onGone) {
        super(null);
        this.socket = socket;
        this.layers = layers;
        this.arrivals = arrivals;
        this.admission = admission;
        this.opening = opening;
        this.onGone = onGone;
    }

    /** Begins with the first layer. */
    SocketEvents begin() {
        arrivals.add(this);
        target = beginNext(socket);
        return this;
    }

    private LayerEvents beginNext(StreamSocket below) {
        RunningLayer layer = layers.get(begun++);
        int number = begun;
        dueNanos = System.nanoTime() + layer.deadline().toNanos();
        LayerEvents events = layer.begin(below, this);
        if (begun == number) {
            // If not, this layer was open at once, and the next has begun.
            beginning = events;
        }
        return events;
    }

    @Override
    public SocketEvents open(StreamSocket layered) {
        if (begun < layers.size()) {
            return beginNext(layered);
        }
        SocketEvents events = opening.apply(layered);
        if (events != null) {
            opened = true;
            arrivals.remove(this);
        }
        return events;
    }

    @Override
    public void refuse(CloseReason why, String because) {
        if (because == null) {
            admission.count(why);
        } else {
            admission.refuse(why, because, socket);
        }
    }

    void onTick(long nowNanos) {
        if (nowNanos - dueNanos >= 0) {
            beginning.onOverdue();
        }
    }

    void drain() {
        beginning.onDrain();
    }

    void abort() {
        socket.abort();
    }

    @Override
    public void onClosed() {
        super.onClosed();
        if (!opened) {
            arrivals.remove(this);
            onGone.run();
        }
    }
}
