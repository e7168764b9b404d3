package dev.tandem.tls;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.LayeredSocket;
import dev.tandem.layer.Upper;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TlsSession;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One secured connection: to what is above a socket, and to the transport who is told.
 *
 * <pre>
 *   BEGINNING --the handshake is finished--&gt; OPEN ----------------------&gt; ENDED (the socket below is closing)
 *       \----failed----&gt; REFUSED (has said why, waits for the peer to go) ---^
 * </pre>
 */
final class TlsSocket extends LayeredSocket implements LayerEvents {

    private static final Logger LOG = LoggerFactory.getLogger(TlsSocket.class);

    private enum State {
        BEGINNING,
        OPEN,
        REFUSED,
        ENDED
    }

    private final TlsLayer layer;
    private final Handshake handshake;
    private final Incoming incoming;
    private final Outgoing outgoing;

    private State state = State.BEGINNING;
    /** Null until the first record is complete, and when it was released. */
    private RecordEngine engine;

    private SocketEvents events;
    private TlsSession session;

    /** Those above want to receive. */
    private boolean receiving;

    /** Those above know that nothing more comes. */
    private boolean inputEndTold;

    /** The stream below has ended. */
    private boolean endArrived;

    TlsSocket(TlsLayer layer, StreamSocket socket, Upper upper) {
        super(socket);
        this.layer = layer;
        this.handshake = new Handshake(layer, this, socket, upper);
        this.incoming = new Incoming(this, handshake, layer.allocator());
        this.outgoing = new Outgoing(socket, layer.allocator());
    }

    boolean isBeginning() {
        return state == State.BEGINNING;
    }

    /** Null until the first record is complete. */
    RecordEngine engine() {
        return engine;
    }

    /** The first record is complete: takes an engine. Returns whether there is a place for another handshake. */
    boolean begin() {
        engine = handshake.begin();
        return engine != null;
    }

    /** Begins as a client does. */
    void speakFirst() {
        engine = layer.newEngine(socket.loop());
        runStep(() -> {
            engine.begin();
            proceed(engine.status());
        });
    }

    /** Whether this is the beginning of a handshake, and not only of a connection. */
    private boolean hasBegun() {
        return layer.isOfClient() || incoming.hasBegun();
    }

    // ---- Receiving ----

    @Override
    public void onReceived(ByteBuf loan) {
        if (takesBytes()) {
            try {
                incoming.take(loan);
            } catch (SSLException e) {
                fail(e);
            }
        }
    }

    /** Whether bytes of the peer are still of interest. */
    boolean takesBytes() {
        return state.ordinal() <= State.OPEN.ordinal() && !incoming.isClosed();
    }

    /** Whether a record may be opened now. */
    boolean mayOpen() {
        return takesBytes() && !handshake.isBusy() && (state == State.BEGINNING || receiving);
    }

    void onOpened(ByteBuf loan) {
        if (state == State.OPEN) {
            events.onReceived(loan);
        }
    }

    /** The peer has finished: tells those above, who have all its bytes, or if they have paused, when they go on. */
    void onInputClosed() {
        if (state == State.OPEN && receiving && !inputEndTold) {
            inputEndTold = true;
            events.onReceiveEnd();
        }
    }

    @Override
    public void onReceiveEnd() {
        endArrived = true;
        endInput();
    }

    /** The stream below has ended: tells it, unless what came before is still to be opened. */
    private void endInput() {
        if (state == State.REFUSED) {
            end();
        } else if (state == State.BEGINNING && !handshake.isBusy()) {
            if (hasBegun()) {
                refuse(CloseReason.HANDSHAKE_FAILED, "it left during the handshake");
            } else {
                refuse(CloseReason.PEER_CLOSED, null);
            }
        } else if (state == State.OPEN
                && !incoming.isClosed()
                && !inputEndTold
                && (receiving || !incoming.isKeeping())) {
            inputEndTold = true;
            incoming.release();
            events.onReceiveCut();
        }
    }

    /** What was in the way is gone: opens what is kept, and receives. As a task of the loop. */
    void goOn() {
        runStep(() -> {
            incoming.openKept();
            if (incoming.isClosed()) {
                onInputClosed();
            }
            if (endArrived) {
                endInput();
            }
        });
        if (mayOpen() || !takesBytes()) {
            socket.resumeReceiving();
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws SSLException;
    }

    /** Within a task there is no transport that would notice an exception. */
    private void runStep(Step step) {
        try {
            try {
                step.run();
            } catch (SSLException e) {
                fail(e);
            }
        } catch (Throwable thrown) {
            LOG.error("{} failed and is aborted.", this, thrown);
            abort();
        }
    }

    // ---- What the engine wants ----

    /** Does what the engine says is to be done next. */
    void proceed(HandshakeStatus next) throws SSLException {
        HandshakeStatus status = next == HandshakeStatus.NEED_WRAP ? outgoing.sealOwn(engine) : next;
        outgoing.pump(engine);
        if (status == HandshakeStatus.NEED_TASK && state == State.BEGINNING) {
            handshake.compute(engine);
        } else if (status == HandshakeStatus.NEED_TASK) {
            // Nothing expensive is left once it is open.
            engine.runTasks();
            proceed(engine.status());
        } else if (status == HandshakeStatus.FINISHED && state == State.BEGINNING) {
            open();
        }
    }

    /** The expensive part was done. On the loop. */
    void onComputed() {
        if (state != State.ENDED) {
            runStep(() -> proceed(engine.status()));
            goOn();
        }
    }

    /** The expensive part cannot be done: for want of memory, say. On the loop. */
    void onBrokenOff(Error why) {
        LOG.error("The handshake of {} cannot be computed; it is aborted.", this, why);
        if (state == State.BEGINNING) {
            handshake.refuse(CloseReason.HANDSHAKE_FAILED, "its handshake could not be computed: " + Words.of(why));
        }
        abort();
    }

    private void open() {
        state = State.OPEN;
        session = engine.session();
        events = handshake.finish();
        if (events == null) {
            abort();
        } else if (!receiving) {
            socket.pauseReceiving();
        }
    }

    // ---- Failing ----

    /** The peer has broken the rules of TLS. It is told so if that can be done. */
    private void fail(SSLException why) {
        // What came before is delivered. Answers are not: an engine that has failed seals nothing but the alert.
        incoming.deliver();
        if (engine != null) {
            outgoing.sealAlert(engine);
        }
        String because = Words.of(why);
        if (state == State.BEGINNING) {
            refuse(CloseReason.HANDSHAKE_FAILED, because);
        } else if (state == State.OPEN) {
            layer.logFailure(socket, because);
            end();
            events.onFailed(new TransportException("TLS", "EBADMSG", because));
        }
    }

    /** There will be no connection. The peer gets to know why, unless it has gone, and then has until the deadline to go. */
    private void refuse(CloseReason why, String because) {
        state = State.REFUSED;
        incoming.release();
        handshake.refuse(why, because);
        if (endArrived) {
            end();
        } else {
            outgoing.finish();
            socket.resumeReceiving();
        }
    }

    @Override
    public void onOverdue() {
        if (state == State.BEGINNING && hasBegun()) {
            handshake.refuse(CloseReason.HANDSHAKE_FAILED, "it did not finish the handshake in time");
        } else if (state == State.BEGINNING) {
            handshake.refuse(CloseReason.FIRST_BYTE_TIMEOUT, null);
        }
        end();
    }

    @Override
    public void onDrain() {
        if (state == State.BEGINNING && !hasBegun()) {
            handshake.refuse(CloseReason.DRAINED, null);
            end();
        } else if (state == State.REFUSED) {
            end();
        }
    }

    /** Closes the socket below. What is sealed by now is still sent if the kernel has room for it. */
    private void end() {
        if (state != State.ENDED) {
            state = State.ENDED;
            outgoing.sendSealed();
            socket.close();
        }
    }

    @Override
    public void onFailed(TransportException why) {
        State before = state;
        state = State.ENDED;
        if (before == State.OPEN) {
            events.onFailed(why);
        } else if (before == State.BEGINNING) {
            handshake.refuse(CloseReason.PEER_RESET, null);
        }
    }

    @Override
    public void onClosed() {
        state = State.ENDED;
        handshake.leave();
        incoming.release();
        outgoing.release();
        if (engine != null) {
            engine.release();
            engine = null;
        }
        if (events != null) {
            events.onClosed();
        }
    }

    // ---- Those above ask ----

    @Override
    public void resumeReceiving() {
        receiving = true;
        boolean endIsDue = endArrived || incoming.isClosed() && !inputEndTold;
        if (incoming.isKeeping() || endIsDue) {
            TlsLayer.onLoop(socket, this::goOn);
        } else {
            socket.resumeReceiving();
        }
    }

    @Override
    public void pauseReceiving() {
        receiving = false;
        if (!incoming.isClosed()) {
            socket.pauseReceiving();
        }
    }

    @Override
    public void send(ByteBuf bytes) {
        if (state == State.OPEN) {
            outgoing.requireMaySend();
            outgoing.accept(bytes);
            pumpOrFail();
        }
    }

    @Override
    public boolean sendLoan(ByteBuf loan) {
        if (state != State.OPEN || !engine.plaintext().isLent(loan)) {
            return false;
        }
        if (!outgoing.isIdle()) {
            // It could not be sealed before the loan ends.
            outgoing.requireMaySend();
            return false;
        }
        send(loan);
        return true;
    }

    @Override
    public void onSent(int bytes) {
        int report = outgoing.onSent();
        if (state == State.OPEN) {
            if (report > 0) {
                events.onSent(report);
            }
            pumpOrFail();
        } else {
            outgoing.sendSealed();
        }
    }

    private void pumpOrFail() {
        try {
            outgoing.pump(engine);
        } catch (SSLException e) {
            failToSend(e);
        }
    }

    /** Tells it later, because this is within a call. */
    private void failToSend(SSLException why) {
        TlsLayer.onLoop(socket, () -> {
            if (state == State.OPEN && incoming.isClosed()) {
                // The peer has closed both directions, as it must in TLS 1.2: for what is sent to it, it is gone.
                end();
                events.onFailed(new TransportException("send", "EPIPE", Words.of(why)));
            } else if (state == State.OPEN) {
                // OpenSSL tells the fault of a record when something is to be sent next.
                fail(why);
            }
        });
    }

    @Override
    public void shutdownOutput() {
        if (state == State.OPEN) {
            outgoing.requireNoSendInFlight();
            outgoing.sealEnd(engine);
            outgoing.finish();
        }
    }

    @Override
    public void close() {
        if (state == State.OPEN) {
            if (outgoing.isIdle()) {
                outgoing.sealEnd(engine);
            }
            end();
        }
    }

    @Override
    public void abort() {
        if (state != State.ENDED) {
            state = State.ENDED;
            socket.abort();
        }
    }

    // ---- What it is ----

    @Override
    public int heldBytes() {
        return super.heldBytes() + incoming.heldBytes() + outgoing.heldBytes();
    }

    @Override
    public Optional<TlsSession> tls() {
        return Optional.ofNullable(session);
    }

    @Override
    public String toString() {
        return "tls(" + socket + ", " + state + ")";
    }
}
