package dev.tandem.transport.linux;

import dev.tandem.transport.ConnectAttempt;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of an attempt to connect, as far as it is the same for every engine. The system call that begins it returns at
 * once; the kernel reports the descriptor as writable when the outcome is known, and only that waiting is the engine's.
 *
 * <pre>
 *   NEW --connect(2)--&gt; WAITING --writable--&gt; DONE (onConnected, onConnectFailed)
 *                          |                   ^
 *                          +-- timeout, cancel, end of the loop --&gt; FAILING --nothing with the kernel--+
 * </pre>
 */
public abstract class DescriptorConnect implements ConnectAttempt, IoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(DescriptorConnect.class);

    private enum State {
        NEW,
        WAITING,
        FAILING,
        DONE
    }

    private final IoEventLoop loop;
    private final SocketAddress address;
    private final ConnectOptions options;
    private final Connector connector;
    private final SocketFactory sockets;

    /** What connects; null before that has begun. */
    protected Socket descriptor;

    protected IoRegistration registration;
    private State state = State.NEW;
    private TransportException failure;
    private Future<?> deadline;

    /** Nothing happens before {@link #open}. */
    protected DescriptorConnect(
            IoEventLoop loop,
            SocketAddress address,
            ConnectOptions options,
            Connector connector,
            SocketFactory sockets) {
        this.loop = loop;
        this.address = ConnectingSocket.requireAddress(address);
        this.options = options;
        this.connector = connector;
        this.sockets = sockets;
    }

    /** Begins to connect. Called once, from any thread. */
    public final void open() {
        // As a task also on the loop itself, so that nothing is told before this call returns.
        loop.execute(this::begin);
    }

    // ---- What an engine supplies ----

    /** Asks the kernel to report that the descriptor is writable, or has an error. */
    protected abstract void arm();

    /** Takes the request back. */
    protected abstract void disarm();

    /** Whether the kernel holds nothing of this attempt, so that the descriptor may be closed. */
    protected abstract boolean isQuiet();

    /** Handles an event of the kernel: calls {@link #onWritable}, {@link #fail(int)} or {@link #endIfQuiet}. */
    protected abstract void onEvent(IoEvent event) throws IOException;

    // ---- What an engine calls ----

    /** The kernel knows the outcome. */
    protected final void onWritable() throws IOException {
        if (state == State.WAITING) {
            int errno = descriptor.getSoError();
            if (errno == 0) {
                succeed();
            } else {
                fail(errno);
            }
        }
    }

    /** Fails with a positive error number. */
    protected final void fail(int errno) {
        if (state == State.NEW || state == State.WAITING) {
            fail(ConnectingSocket.failure(address, errno));
        }
    }

    /** Ends an attempt that has failed, if the kernel holds nothing of it any more. */
    protected final void endIfQuiet() {
        if (state == State.FAILING && isQuiet()) {
            state = State.DONE;
            if (registration != null) {
                registration.cancel();
            }
            ListeningSocket.closeQuietly(descriptor);
            tellFailed();
        }
    }

    // ---- The loop's side ----

    private void begin() {
        if (state != State.NEW) {
            return;
        }
        if (loop.isShuttingDown()) {
            fail(Errno.ECANCELED);
            return;
        }
        try {
            descriptor = ConnectingSocket.open(address, options);
            if (ConnectingSocket.connect(descriptor, address)) {
                succeed();
                return;
            }
            registration = loop.register(this).get();
            state = State.WAITING;
            deadline =
                    loop.schedule(() -> fail(Errno.ETIMEDOUT), options.timeout().toNanos(), TimeUnit.NANOSECONDS);
            arm();
        } catch (TransportException refused) {
            fail(refused);
        } catch (Throwable thrown) {
            LOG.error("Connecting to {} could not be begun.", address, thrown);
            fail(Errno.ECANCELED);
        }
    }

    private void succeed() {
        state = State.DONE;
        cancelDeadline();
        if (registration != null) {
            // The socket registers the descriptor anew, as its own.
            registration.cancel();
        }
        if (!sockets.open(loop, descriptor, connector::onConnected)) {
            ListeningSocket.closeQuietly(descriptor);
            failure = ConnectingSocket.failure(address, Errno.ECANCELED);
            tellFailed();
        }
    }

    private void fail(TransportException why) {
        state = State.FAILING;
        failure = why;
        cancelDeadline();
        disarm();
        endIfQuiet();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void tellFailed() {
        try {
            connector.onConnectFailed(failure);
        } catch (Throwable thrown) {
            LOG.error("onConnectFailed threw.", thrown);
        }
    }

    @Override
    public final void handle(IoRegistration ignored, IoEvent event) {
        try {
            onEvent(event);
        } catch (Throwable thrown) {
            LOG.error("Connecting to {} threw.", address, thrown);
            fail(Errno.ECANCELED);
        }
    }

    /** The loop shuts down. Called by the loop only. */
    @Override
    public final void close() {
        fail(Errno.ECANCELED);
    }

    // ---- The caller's side ----

    @Override
    public final void cancel() {
        try {
            // As a task also on the loop itself, so that nothing is told before this call returns.
            loop.execute(() -> fail(Errno.ECANCELED));
        } catch (RejectedExecutionException loopHasEnded) {
            // And with it the attempt.
        }
    }
}
