package dev.tandem.tls;

import dev.tandem.connection.CloseReason;
import dev.tandem.layer.LayerEvents;
import dev.tandem.layer.Upper;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TlsSession;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.IoEventLoop;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One secured connection: a socket to what is above, and to the transport who is told.
 *
 * <pre>
 *   WAITING --a place, and the first record--&gt; HANDSHAKING --finished--&gt; OPEN
 *      \______________________________________/    |                  /
 *                       failed                     v                 v
 *                     REFUSED (says why, waits for the peer) ---&gt; ENDED
 * </pre>
 *
 * <p>While the expensive part of a handshake is done on another thread nothing is received, and the engine is left alone.
 */
final class TlsSocket implements StreamSocket, LayerEvents {

    private static final Logger LOG = LoggerFactory.getLogger(TlsSocket.class);

    /** What a peer may send until the handshake is finished: many certificates, but not any number of tiny records. */
    private static final int HANDSHAKE_BYTES_MAX = 64 << 10;

    /** So many records may follow each other without a byte for the application. */
    private static final int EMPTY_RECORDS_MAX = 32;

    private enum State {
        WAITING,
        HANDSHAKING,
        OPEN,
        REFUSED,
        ENDED
    }

    private final TlsLayer layer;
    private final StreamSocket socket;
    private final Upper upper;
    private final Incoming incoming;
    private final Outgoing outgoing;

    private State state = State.WAITING;
    private RecordEngine engine;
    private SocketEvents events;
    private TlsSession session;
    private int handshakeBytes;
    private int emptyRecords;

    private boolean queued;
    private boolean holdsPlace;
    private boolean taskRunning;

    /** What is above wants to receive. */
    private boolean receiving;

    /** The peer has said that nothing more comes, and whether that was told. */
    private boolean inputClosed;

    private boolean inputEndTold;

    /** The stream below has ended. */
    private boolean endArrived;

    private boolean receivedAnything;
    private boolean outputShutdown;

    TlsSocket(TlsLayer layer, StreamSocket socket, Upper upper) {
        this.layer = layer;
        this.socket = socket;
        this.upper = upper;
        this.incoming = new Incoming(layer.allocator());
        this.outgoing = new Outgoing(socket, layer.allocator());
    }

    // ---- Receiving ----

    @Override
    public void onReceived(ByteBuf loan) {
        if (!takesBytes()) {
            return;
        }
        receivedAnything = true;
        try {
            while (incoming.kept() != null && loan.isReadable() && !isBlocked()) {
                incoming.completeFrom(loan);
                openKept();
            }
            if (incoming.kept() == null) {
                openRecords(loan);
            }
            if (takesBytes()) {
                incoming.keep(loan);
            }
        } catch (SSLException e) {
            fail(e);
        }
    }

    /** Whether bytes of the peer are still of interest. */
    private boolean takesBytes() {
        return state.ordinal() <= State.OPEN.ordinal() && !inputClosed;
    }

    /** Whether bytes must not be opened at present, or never again. */
    private boolean isBlocked() {
        return !takesBytes() || queued || taskRunning || state == State.OPEN && !receiving;
    }

    private void openKept() throws SSLException {
        if (incoming.kept() != null) {
            openRecords(incoming.kept());
            incoming.releaseIfRead();
        }
    }

    private void openRecords(ByteBuf in) throws SSLException {
        while (!isBlocked()) {
            if (state == State.WAITING) {
                TlsRecord.requireClientHello(in);
            }
            int bytes = TlsRecord.completeBytes(in);
            if (bytes == 0) {
                break;
            }
            if (state != State.WAITING || beginHandshake()) {
                openRecord(in, bytes);
            }
        }
        deliver();
    }

    private void openRecord(ByteBuf in, int bytes) throws SSLException {
        if (state == State.OPEN) {
            if (TlsRecord.isHandshake(in) && engine.isTls12()) {
                throw new SSLException("it asked for a new handshake, which is refused");
            }
            // Before an alert, because with the word that the peer has finished an engine may close both directions,
            // and
            // then what is answered to these bytes could not be sent.
            if (!engine.plaintext().hasRoom() || TlsRecord.mayBeAlert(in)) {
                deliver();
                if (isBlocked()) {
                    return;
                }
            }
        } else {
            handshakeBytes += bytes;
            if (handshakeBytes > HANDSHAKE_BYTES_MAX) {
                throw new SSLException("it sent " + HANDSHAKE_BYTES_MAX + " bytes without finishing the handshake");
            }
        }
        onOpened(engine.open(in, bytes));
    }

    private void onOpened(SSLEngineResult result) throws SSLException {
        boolean closed = result.getStatus() == SSLEngineResult.Status.CLOSED;
        if (!closed && result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("the engine answers a whole record with " + result.getStatus());
        }
        if (result.bytesProduced() > 0) {
            emptyRecords = 0;
        } else if (state == State.OPEN && ++emptyRecords > EMPTY_RECORDS_MAX) {
            throw new SSLException("it sent more than " + EMPTY_RECORDS_MAX + " records in a row without a byte");
        }
        boolean established = state == State.OPEN;
        proceed(result.getHandshakeStatus());
        if (closed) {
            if (!established) {
                throw new SSLException("it left during the handshake");
            }
            inputClosed = true;
        }
    }

    /** Lends what was opened to those above, and then tells them if it was the last. */
    private void deliver() {
        if (engine == null) {
            return;
        }
        Plaintext plaintext = engine.plaintext();
        if (!plaintext.isEmpty()) {
            try {
                if (state == State.OPEN) {
                    events.onReceived(plaintext.lend());
                }
            } finally {
                plaintext.end();
            }
        }
        if (inputClosed && !inputEndTold && state == State.OPEN) {
            inputEndTold = true;
            events.onReceiveEnd();
        }
    }

    @Override
    public void onReceiveEnd() {
        endArrived = true;
        endInput();
    }

    /** The stream below has ended, and everything before that was opened. */
    private void endInput() {
        switch (state) {
            case WAITING, HANDSHAKING -> {
                if (!queued && !taskRunning) {
                    refuse(
                            receivedAnything ? CloseReason.HANDSHAKE_FAILED : CloseReason.PEER_CLOSED,
                            receivedAnything ? "it left during the handshake" : null);
                }
            }
            case OPEN -> {
                if (!inputEndTold && (receiving || incoming.kept() == null)) {
                    inputClosed = true;
                    inputEndTold = true;
                    incoming.release();
                    events.onReceiveCut();
                }
            }
            case REFUSED -> end();
            default -> {
                // Everybody knows.
            }
        }
    }

    // ---- The handshake ----

    /** Returns whether there is a place; if not, {@link #onPlace} comes. */
    private boolean beginHandshake() throws SSLException {
        if (!holdsPlace) {
            holdsPlace = layer.places().take(this);
            if (!holdsPlace) {
                queued = true;
                socket.pauseReceiving();
                return false;
            }
        }
        engine = layer.newEngine(socket.loop());
        state = State.HANDSHAKING;
        return true;
    }

    /** A place among those that are in a handshake has become free. Called on any thread. */
    void onPlace() {
        execute(() -> {
            queued = false;
            holdsPlace = true;
            if (state == State.WAITING) {
                goOn();
            } else {
                leavePlace();
            }
        });
    }

    private void leavePlace() {
        if (holdsPlace) {
            holdsPlace = false;
            layer.places().leave();
        }
    }

    /** Does what the engine says is to be done next. */
    private void proceed(HandshakeStatus next) throws SSLException {
        HandshakeStatus status = next;
        while (status == HandshakeStatus.NEED_WRAP) {
            SSLEngineResult result = outgoing.sealOwn(engine);
            status = result.getHandshakeStatus();
            if (result.bytesProduced() == 0 && status == HandshakeStatus.NEED_WRAP) {
                break;
            }
        }
        pump();
        switch (status) {
            case NEED_TASK -> runTasks();
            case FINISHED -> {
                if (state == State.HANDSHAKING) {
                    establish();
                }
            }
            default -> {
                // More of the peer is needed.
            }
        }
    }

    private void runTasks() {
        taskRunning = true;
        socket.pauseReceiving();
        layer.execute(() -> {
            try {
                engine.runTasks();
            } catch (RuntimeException e) {
                LOG.error("A handshake failed within the engine.", e);
            }
            execute(this::onTasksDone, engine::release);
        });
    }

    private void onTasksDone() {
        taskRunning = false;
        if (state == State.ENDED) {
            engine.release();
            return;
        }
        try {
            proceed(engine.status());
        } catch (SSLException e) {
            fail(e);
        }
        goOn();
    }

    private void establish() {
        state = State.OPEN;
        leavePlace();
        session = engine.session();
        events = upper.open(this);
        if (events == null) {
            abort();
        } else if (!receiving) {
            socket.pauseReceiving();
        }
    }

    /** What was in the way is gone: opens what is kept, and receives. */
    private void goOn() {
        try {
            openKept();
            if (endArrived) {
                endInput();
            }
        } catch (SSLException e) {
            fail(e);
        } catch (Throwable thrown) {
            LOG.error("{} failed and is aborted.", this, thrown);
            socket.abort();
            return;
        }
        if (!isBlocked() || !takesBytes()) {
            socket.resumeReceiving();
        }
    }

    private void execute(Runnable task) {
        execute(task, () -> LOG.debug("The loop has ended; a task of {} is dropped.", this));
    }

    private void execute(Runnable task, Runnable ifLoopHasEnded) {
        try {
            socket.loop().execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            ifLoopHasEnded.run();
        }
    }

    // ---- Failing ----

    /** The peer has broken the rules of TLS. It is told why, as far as that can be done. */
    private void fail(SSLException why) {
        String because = Words.of(why);
        if (state == State.OPEN) {
            deliver();
        }
        if (engine != null) {
            outgoing.sealLast(engine);
        }
        if (state == State.WAITING || state == State.HANDSHAKING) {
            refuse(CloseReason.HANDSHAKE_FAILED, because);
        } else if (state == State.OPEN) {
            layer.logFailure(socket, because);
            end();
            events.onFailed(new TransportException("TLS", "EBADMSG", because));
        }
    }

    /** The handshake has failed. The peer gets to know why, unless it has gone, and then has until the deadline to go. */
    private void refuse(CloseReason why, String because) {
        state = State.REFUSED;
        incoming.release();
        leavePlace();
        upper.refuse(why, because);
        if (endArrived) {
            end();
        } else {
            outgoing.finish();
            pumpRest();
            socket.resumeReceiving();
        }
    }

    @Override
    public void onOverdue() {
        if (state == State.WAITING || state == State.HANDSHAKING) {
            upper.refuse(
                    receivedAnything ? CloseReason.HANDSHAKE_FAILED : CloseReason.FIRST_BYTE_TIMEOUT,
                    receivedAnything ? "it did not finish the handshake in time" : null);
        }
        end();
    }

    @Override
    public void onDrain() {
        if (!receivedAnything) {
            refuse(CloseReason.DRAINED, null);
            end();
        }
    }

    /** Closes the socket below. What is sealed by now is still sent if the kernel has room for it. */
    private void end() {
        if (state != State.ENDED) {
            state = State.ENDED;
            pumpRest();
            socket.close();
        }
    }

    /** Sends what is sealed, without the engine. */
    private void pumpRest() {
        try {
            outgoing.pump(null);
        } catch (SSLException impossible) {
            throw new IllegalStateException("Without the engine nothing fails.", impossible);
        }
    }

    @Override
    public void onFailed(TransportException why) {
        if (state == State.OPEN) {
            events.onFailed(why);
        } else if (state == State.WAITING || state == State.HANDSHAKING) {
            upper.refuse(CloseReason.PEER_RESET, null);
        }
        state = State.ENDED;
    }

    @Override
    public void onClosed() {
        state = State.ENDED;
        leavePlace();
        incoming.release();
        outgoing.release();
        if (engine != null && !taskRunning) {
            engine.release();
        }
        if (events != null) {
            events.onClosed();
        }
    }

    // ---- What is above asks ----

    @Override
    public void resumeReceiving() {
        receiving = true;
        if (incoming.kept() != null || endArrived) {
            execute(this::goOn);
        } else {
            socket.resumeReceiving();
        }
    }

    @Override
    public void pauseReceiving() {
        receiving = false;
        if (!inputClosed) {
            socket.pauseReceiving();
        }
    }

    @Override
    public void send(ByteBuf bytes) {
        if (state == State.OPEN) {
            requireMaySend();
            outgoing.accept(bytes);
            pumpOrFail();
        }
    }

    @Override
    public boolean sendLoan(ByteBuf loan) {
        if (state != State.OPEN || taskRunning || !engine.plaintext().isLent(loan)) {
            return false;
        }
        requireMaySend();
        if (!outgoing.isIdle()) {
            return false;
        }
        try {
            outgoing.sendLoan(engine, loan);
        } catch (SSLException e) {
            failToSend(e);
        }
        return true;
    }

    private void requireMaySend() {
        requireNoSendInFlight();
        if (outputShutdown) {
            throw new IllegalStateException("The output was shut down: nothing can be sent any more.");
        }
    }

    private void requireNoSendInFlight() {
        if (outgoing.isBusy()) {
            throw new IllegalStateException("A send is in flight: wait until onSent has reported all of it.");
        }
    }

    @Override
    public void onSent(int bytes) {
        int report = outgoing.onSent(bytes);
        if (report > 0 && state == State.OPEN) {
            events.onSent(report);
        }
        if (state == State.OPEN) {
            pumpOrFail();
        } else {
            pumpRest();
        }
    }

    private void pump() throws SSLException {
        outgoing.pump(taskRunning ? null : engine);
    }

    private void pumpOrFail() {
        try {
            pump();
        } catch (SSLException e) {
            failToSend(e);
        }
    }

    /** The peer has closed both directions, as it must in TLS 1.2: for what is sent to it, it is gone. Told later. */
    private void failToSend(SSLException why) {
        execute(() -> {
            if (state == State.OPEN) {
                end();
                events.onFailed(new TransportException("send", "EPIPE", Words.of(why)));
            }
        });
    }

    @Override
    public void shutdownOutput() {
        if (state == State.OPEN && !outputShutdown) {
            requireNoSendInFlight();
            outputShutdown = true;
            sealEnd();
            outgoing.finish();
            pumpRest();
        }
    }

    private void sealEnd() {
        if (!taskRunning && !engine.isOutputClosed()) {
            engine.closeOutput();
            outgoing.sealLast(engine);
        }
    }

    @Override
    public void close() {
        if (state == State.OPEN) {
            if (outgoing.isIdle()) {
                sealEnd();
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
    public IoEventLoop loop() {
        return socket.loop();
    }

    @Override
    public SocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return socket.remoteAddress();
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
