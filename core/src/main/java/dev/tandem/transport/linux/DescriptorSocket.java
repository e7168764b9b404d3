package dev.tandem.transport.linux;

import dev.tandem.transport.PeerCredentials;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a connected socket, as far as it is the same for every engine: which calls are legal, that events come only
 * after a call has returned, and that the descriptor is closed when nothing of it is with the kernel any more.
 *
 * <p>An engine supplies how bytes are received and sent. Its events go through {@link #handle}, which keeps every
 * exception away from the loop; what a call must tell later goes through {@link #deliverLater}.
 *
 * <pre>
 *   OPEN --close, abort, failure--&gt; CLOSING --nothing in flight--&gt; CLOSED (onClosed)
 * </pre>
 */
public abstract class DescriptorSocket implements StreamSocket, IoHandle, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(DescriptorSocket.class);

    private enum State {
        OPEN,
        CLOSING,
        CLOSED
    }

    private final IoEventLoop loop;
    protected final Socket descriptor;
    private SocketEvents events = Unclaimed.EVENTS;
    protected IoRegistration registration;

    /** The bytes of the send in flight; null if there is none. */
    protected ByteBuf sending;

    /** What failed inside a call and is told when the call has returned. */
    private TransportException failure;

    private State state = State.OPEN;
    protected boolean receiving;
    protected boolean receiveEnded;
    private boolean outputShutdown;
    private boolean dispatching;
    private boolean deliveryQueued;

    protected DescriptorSocket(IoEventLoop loop, Socket descriptor) {
        this.loop = loop;
        this.descriptor = descriptor;
    }

    /** Names who is told. Called once, before the first event. */
    final void claim(SocketEvents claimant) {
        events = claimant;
    }

    // ---- What an engine supplies ----

    /** Starts or goes on receiving; {@link #receiving} is true already. */
    protected abstract void startReceiving();

    /** Starts sending {@link #sending}. */
    protected abstract void startSending();

    /** Starts sending the readable bytes of {@code loan}, or declines: always if it is not one of this engine's at hand. */
    protected abstract boolean startSendingLoan(ByteBuf loan);

    /** Whether bytes of a send were not reported yet. */
    protected boolean isSendInFlight() {
        return sending != null;
    }

    /** Takes back what is with the kernel. */
    protected abstract void cancelInFlight();

    /** Releases the engine's own memory of this socket; the kernel has none of it any more. */
    protected abstract void releaseMemory();

    /** Whether the kernel holds nothing of this socket, so that the descriptor may be closed. */
    protected abstract boolean isQuiet();

    /** Handles an event of the kernel. Failures of the socket may be thrown. */
    protected abstract void onEvent(IoEvent event) throws IOException;

    /** Tells what was held back until a call had returned. */
    protected abstract void deliver() throws IOException;

    // ---- What an engine calls ----

    protected final SocketEvents events() {
        return events;
    }

    protected final boolean isOpen() {
        return state == State.OPEN;
    }

    /** Runs {@link #deliver} soon: at the end of the event being handled, or else as a task. */
    protected final void deliverLater() {
        if (!dispatching && !deliveryQueued) {
            queueDelivery();
        }
    }

    /** The connection failed. It is told at the end of the event being handled, and the socket closes. */
    protected final void failLater(TransportException why) {
        if (failure == null && state == State.OPEN) {
            failure = why;
            deliverLater();
        }
    }

    /** Closes the descriptor soon if the socket is closing and nothing of it is with the kernel any more. */
    private void closeIfQuiet() {
        if (state == State.CLOSING && isQuiet() && !deliveryQueued) {
            // Always as a task: the kernel may have more events of this descriptor in the batch at hand, and if it were
            // closed now, a socket accepted in the same batch could get the same number.
            queueDelivery();
        }
    }

    // ---- The loop's side ----

    @Override
    public final void handle(IoRegistration ignored, IoEvent event) {
        dispatching = true;
        try {
            onEvent(event);
            deliverAll();
        } catch (Throwable thrown) {
            onThrown(thrown);
        } finally {
            dispatching = false;
            closeIfQuiet();
        }
    }

    /** Delivers what is pending, as a task of the loop. */
    @Override
    public final void run() {
        deliveryQueued = false;
        dispatching = true;
        try {
            deliverAll();
        } catch (Throwable thrown) {
            onThrown(thrown);
        } finally {
            dispatching = false;
        }
        if (state == State.CLOSING && isQuiet()) {
            finish();
        }
    }

    /** The loop shuts down: nothing can be delivered in order any more. Called by the loop only. */
    @Override
    public final void close() {
        if (state == State.OPEN) {
            state = State.CLOSING;
            receiving = false;
            cancelInFlight();
            closeIfQuiet();
        }
    }

    private void deliverAll() throws IOException {
        if (state == State.OPEN) {
            deliver();
        }
        if (failure != null && state == State.OPEN) {
            TransportException why = failure;
            try {
                events.onFailed(why);
            } finally {
                close();
            }
        }
    }

    private void onThrown(Throwable thrown) {
        if (thrown instanceof Exception exception && Errno.of(exception) != 0) {
            // A native call failed on this socket: the peer's or the network's doing.
            failLater(Errno.failure("recv", exception));
            try {
                deliverAll();
                return;
            } catch (Throwable fromEvents) {
                LOG.error("An event of {} threw; the connection is aborted.", this, fromEvents);
            }
        } else {
            LOG.error("An event of {} threw; the connection is aborted.", this, thrown);
        }
        abort();
    }

    private void queueDelivery() {
        deliveryQueued = true;
        try {
            loop.execute(this);
        } catch (RejectedExecutionException loopHasEnded) {
            run();
        }
    }

    private void finish() {
        synchronized (descriptor) {
            state = State.CLOSED;
        }
        sending = null;
        try {
            releaseMemory();
        } catch (Throwable thrown) {
            LOG.error("A loan of {} was misused.", this, thrown);
        }
        try {
            descriptor.close();
        } catch (IOException e) {
            LOG.debug("Closing {} failed; the descriptor is released all the same.", this, e);
        }
        if (registration != null) {
            registration.cancel();
        }
        try {
            events.onClosed();
        } catch (Throwable thrown) {
            LOG.error("onClosed of {} threw.", this, thrown);
        }
    }

    // ---- The caller's side ----

    @Override
    public final IoEventLoop loop() {
        return loop;
    }

    @Override
    public final SocketAddress localAddress() {
        return ask(UnixSocket::localAddressOf, null);
    }

    @Override
    public final SocketAddress remoteAddress() {
        return ask(UnixSocket::remoteAddressOf, null);
    }

    @Override
    public final Optional<PeerCredentials> peerCredentials() {
        return ask(UnixSocket::peerCredentialsOf, Optional.empty());
    }

    /** Asks the kernel, on any thread: never for a number that may be the descriptor of another connection by now. */
    private <T> T ask(Function<Socket, T> question, T ifClosed) {
        synchronized (descriptor) {
            return state == State.CLOSED ? ifClosed : question.apply(descriptor);
        }
    }

    @Override
    public final void resumeReceiving() {
        if (state == State.OPEN && !receiving) {
            receiving = true;
            startReceiving();
        }
    }

    @Override
    public final void pauseReceiving() {
        // Nothing is told to the kernel yet: most pauses end before anything more arrives. The engine stops the kernel
        // when something does.
        receiving = false;
    }

    @Override
    public final void send(ByteBuf bytes) {
        if (state == State.OPEN) {
            NativeMemory.requireSendable(bytes);
            requireMaySend(bytes);
            sending = bytes;
            startSending();
        }
    }

    @Override
    public final boolean sendLoan(ByteBuf loan) {
        if (state != State.OPEN) {
            return false;
        }
        requireMaySend(loan);
        return startSendingLoan(loan);
    }

    private void requireMaySend(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            throw new IllegalArgumentException("The bytes to send must be at least one, but were " + bytes + ".");
        }
        requireNoSendInFlight();
        if (outputShutdown) {
            throw new IllegalStateException("The output was shut down: nothing can be sent any more.");
        }
    }

    private void requireNoSendInFlight() {
        if (isSendInFlight()) {
            throw new IllegalStateException("A send is in flight: wait until onSent has reported all of it.");
        }
    }

    @Override
    public final void shutdownOutput() {
        if (state != State.OPEN || outputShutdown) {
            return;
        }
        requireNoSendInFlight();
        outputShutdown = true;
        try {
            descriptor.shutdown(false, true);
        } catch (Exception e) {
            if (Errno.of(e) != Errno.ENOTCONN) {
                failLater(Errno.failure("shutdown", e));
            }
            // ENOTCONN: the peer has reset the connection, which receiving or the next event tells.
        }
    }

    @Override
    public final void abort() {
        if (state == State.OPEN) {
            try {
                descriptor.setSoLinger(0);
            } catch (IOException | ChannelException e) {
                LOG.debug("SO_LINGER of {} could not be set; the peer sees an orderly end.", this, e);
            }
            close();
        }
    }

    @Override
    public String toString() {
        return "socket(" + descriptor.intValue() + ", " + state + ")";
    }

    /** Nobody is told before the acceptor has named who is. */
    private static final class Unclaimed implements SocketEvents {
        private static final SocketEvents EVENTS = new Unclaimed();

        @Override
        public void onReceived(ByteBuf loan) {}

        @Override
        public void onReceiveEnd() {}

        @Override
        public void onSent(int bytes) {}

        @Override
        public void onFailed(TransportException why) {}

        @Override
        public void onClosed() {}
    }
}
