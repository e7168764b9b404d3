package dev.tandem.tls;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.Upper;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one connection becomes secured, or does not. It takes a place among those under way when the first record of the peer is
 * complete; what is expensive is done on other threads, and meanwhile nothing is received and the engine is left alone.
 */
final class Handshake {

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    /** What a peer may send until it is finished: many certificates, but not any number of tiny records. */
    private static final int BYTES_MAX = 64 << 10;

    private final TlsLayer layer;
    private final TlsSocket secured;
    private final StreamSocket socket;
    private final Upper upper;

    private int bytes;
    private boolean waitingForPlace;
    private boolean holdsPlace;
    private boolean computing;

    Handshake(TlsLayer layer, TlsSocket secured, StreamSocket socket, Upper upper) {
        this.layer = layer;
        this.secured = secured;
        this.socket = socket;
        this.upper = upper;
    }

    /** Whether something has to happen here before more of the peer's bytes are looked at. */
    boolean isBusy() {
        return waitingForPlace || computing;
    }

    /** Returns an engine; null if there is no place for another handshake, and {@link TlsSocket#goOn} comes when there is. */
    RecordEngine begin() {
        if (!holdsPlace && !layer.places().take(this)) {
            waitingForPlace = true;
            socket.pauseReceiving();
            return null;
        }
        holdsPlace = true;
        return layer.newEngine(socket.loop());
    }

    /** There is a place. From any thread. */
    void onPlace() {
        TlsLayer.onLoop(socket, this::takePlace);
    }

    private void takePlace() {
        waitingForPlace = false;
        holdsPlace = true;
        if (secured.isBeginning()) {
            secured.goOn();
        } else {
            leave();
        }
    }

    /** Counts what the peer sends. */
    void count(int more) throws SSLException {
        bytes += more;
        if (bytes > BYTES_MAX) {
            throw new SSLException("it sent " + BYTES_MAX + " bytes without finishing the handshake");
        }
    }

    /**
     * The engine has something expensive to do; {@link TlsSocket#onComputed} or {@link TlsSocket#onBrokenOff} follows, unless the
     * loop ends before.
     */
    void compute(RecordEngine engine) {
        computing = true;
        socket.pauseReceiving();
        // The other thread has a reference of its own, because the connection may be closed meanwhile.
        engine.retain();
        boolean accepted = layer.execute(() -> {
            Error brokenOffBy = runTasks(engine);
            engine.release();
            TlsLayer.onLoop(socket, () -> onComputed(brokenOffBy));
        });
        if (!accepted) {
            engine.release();
        }
    }

    /** Returns what an engine does not catch: it would ask for the same task for ever, and give out none; null if all is well. */
    private Error runTasks(RecordEngine engine) {
        try {
            if (!socket.loop().isShuttingDown()) {
                engine.runTasks();
            }
            return null;
        } catch (RuntimeException e) {
            // The engine is in no state to go on, and says so when it is asked to.
            LOG.debug("A task of an engine failed.", e);
            return null;
        } catch (Error e) {
            return e;
        }
    }

    private void onComputed(Error brokenOffBy) {
        computing = false;
        if (brokenOffBy == null) {
            secured.onComputed();
        } else {
            secured.onBrokenOff(brokenOffBy);
        }
    }

    /** It is finished. Returns who is above; null if nobody wants the connection. */
    SocketEvents finish() {
        leave();
        return upper.open(secured);
    }

    /** It has failed, for a reason that is logged unless {@code because} is null. */
    void refuse(CloseReason why, String because) {
        leave();
        upper.refuse(why, because);
    }

    /** It is over, and its place free for another. */
    void leave() {
        if (holdsPlace) {
            holdsPlace = false;
            layer.places().leave();
        }
    }
}
