package dev.tandem.layer;

import dev.tandem.connection.CloseReason;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket on its way through layers, the lowest first. It becomes a connection when the last one is open. On the thread of
 * the socket's loop.
 */
public final class Passage extends Relay implements Upper {

    private static final Logger LOG = LoggerFactory.getLogger(Passage.class);

    private final StreamSocket socket;
    private final List<RunningLayer> layers;
    private final Passages passages;
    private final Upper top;
    private final Runnable onGone;

    private int begun;
    private LayerEvents beginning;
    private long dueNanos;
    private boolean opened;
    private boolean aborted;

    /**
     * Has not begun.
     *
     * @param layers at least one
     * @param passages who gives the layers their deadline
     * @param top who is above the last layer
     * @param onGone told if the socket is gone without having become a connection
     */
    public Passage(StreamSocket socket, List<RunningLayer> layers, Passages passages, Upper top, Runnable onGone) {
        this.socket = socket;
        this.layers = layers;
        this.passages = passages;
        this.top = top;
        this.onGone = onGone;
    }

    /** Begins with the first layer. Returns who is told what happens to the socket. */
    public SocketEvents begin() {
        passages.add(this);
        try {
            target = beginNext(socket);
        } catch (Throwable thrown) {
            // Not passed on: whoever counts this socket hears that it is gone when it has closed.
            LOG.error("A layer threw; {} is aborted.", socket, thrown);
            passages.remove(this);
            abort();
        }
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
        if (aborted) {
            // A layer may have become open before it hears that its socket has closed.
            return null;
        }
        if (begun < layers.size()) {
            return beginNext(layered);
        }
        SocketEvents events = top.open(layered);
        if (events != null) {
            opened = true;
            passages.remove(this);
        }
        return events;
    }

    @Override
    public void refuse(CloseReason why, String because) {
        top.refuse(why, because);
    }

    void onTick(long nowNanos) {
        if (nowNanos - dueNanos >= 0) {
            beginning.onOverdue();
        }
    }

    void drain() {
        beginning.onDrain();
    }

    /** Breaks it off. */
    public void abort() {
        aborted = true;
        socket.abort();
    }

    @Override
    public void onClosed() {
        if (target != null) {
            super.onClosed();
        }
        if (!opened) {
            passages.remove(this);
            onGone.run();
        }
    }
}
