package dev.tandem.transport.linux;

import dev.tandem.transport.Acceptor;
import dev.tandem.transport.ListenOptions;
import dev.tandem.transport.Listener;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a listening socket, as far as it is the same for every engine: handing accepted descriptors to their loops,
 * backing off when descriptors run out, pausing, and closing without a reset for clients that were connected already.
 */
public abstract class DescriptorListener implements Listener, IoHandle {

    private static final Logger LOG = LoggerFactory.getLogger(DescriptorListener.class);

    /** No more than this is taken from the queue of a closing listener: the kernel's own bound is somaxconn, 4096. */
    private static final int SWEEP_MAX = 65_536;

    private final IoEventLoop loop;
    private final ListeningSocket listening;
    protected final Socket descriptor;
    private final Acceptor acceptor;
    private final SocketFactory sockets;
    private final AcceptBackoff backoff = new AcceptBackoff();
    private final byte[] peerAddress = new byte[26];
    protected IoRegistration registration;

    private volatile boolean paused;
    private boolean backingOff;
    private boolean closing;
    private boolean closed;

    /** Binds and listens; accepting begins with {@link #open}. */
    protected DescriptorListener(
            IoEventLoop loop, SocketAddress address, ListenOptions options, Acceptor acceptor, SocketFactory sockets)
            throws TransportException {
        this.loop = loop;
        this.acceptor = acceptor;
        this.sockets = sockets;
        this.listening = ListeningSocket.open(address, options);
        this.descriptor = listening.descriptor();
    }

    /** Starts accepting. Called once, from any thread. */
    public final void open() {
        onLoop(() -> {
            Future<IoRegistration> registering = loop.register(this);
            if (registering.isSuccess()) {
                registration = registering.getNow();
                armIfWanted();
            } else {
                LOG.error("The listener {} could not be registered.", listening.address(), registering.cause());
                closing = true;
                listening.removeFile();
                finish();
            }
        });
    }

    // ---- What an engine supplies ----

    /** Asks the kernel for connections. Does nothing if it was asked already. */
    protected abstract void arm();

    /** Takes the request back. Connections may still come for a moment. */
    protected abstract void disarm();

    /** Whether the kernel holds nothing of this listener, so that the descriptor may be closed. */
    protected abstract boolean isQuiet();

    /** Handles an event of the kernel. */
    protected abstract void onEvent(IoEvent event);

    // ---- What an engine calls ----

    /** How many more connections there is room for. */
    protected final int room() {
        return acceptor.room();
    }

    /** Asks the kernel for connections again, unless they are not wanted at present. */
    protected final void armIfWanted() {
        if (isWanted()) {
            arm();
        }
    }

    /** Whether connections are wanted at present. Never before {@link #open} has run on the loop. */
    protected final boolean isWanted() {
        return registration != null && !paused && !backingOff && !closing;
    }

    /** Accepts one connection with a system call. Returns false when none is waiting or accepting failed. */
    protected final boolean acceptOne() {
        try {
            int accepted = descriptor.accept(peerAddress);
            if (accepted < 0) {
                return false;
            }
            onAccepted(accepted);
            return true;
        } catch (IOException e) {
            onAcceptFailed(Errno.of(e));
            return !backingOff;
        }
    }

    /** Hands an accepted descriptor to the loop on which it shall live. */
    protected final void onAccepted(int accepted) {
        backoff.reset();
        Socket connection = listening.accepted(accepted);
        IoEventLoop target = chooseLoop();
        if (target == null) {
            ListeningSocket.closeQuietly(connection);
        } else if (target.inEventLoop()) {
            openSocket(target, connection);
        } else {
            try {
                target.execute(() -> openSocket(target, connection));
            } catch (RejectedExecutionException loopHasEnded) {
                lose(target, connection);
            }
        }
    }

    private IoEventLoop chooseLoop() {
        try {
            return acceptor.chooseLoop();
        } catch (Throwable thrown) {
            LOG.error("No loop was chosen for a connection; it is closed.", thrown);
            return null;
        }
    }

    private void lose(IoEventLoop target, Socket connection) {
        ListeningSocket.closeQuietly(connection);
        acceptor.onLost(target);
    }

    /** Accepting failed with a positive error number. */
    protected final void onAcceptFailed(int errno) {
        long waitMillis = backoff.afterFailure(errno);
        if (waitMillis > 0) {
            backingOff = true;
            disarm();
            loop.schedule(this::endBackoff, waitMillis, TimeUnit.MILLISECONDS);
        }
        try {
            acceptor.onAcceptFailed(Errno.failure("accept on " + listening.address(), errno), waitMillis);
        } catch (Throwable thrown) {
            LOG.error("onAcceptFailed threw.", thrown);
        }
    }

    /** Closes the descriptor if the listener is closing and nothing of it is with the kernel any more. */
    protected final void closeIfQuiet() {
        if (closing && !closed && isQuiet()) {
            listening.refuseMore();
            for (int i = 0; i < SWEEP_MAX && !listening.isShared() && acceptOne(); i++) {
                // Everyone in the queue is connected already, as far as they know.
            }
            finish();
        }
    }

    // ---- The loop's side ----

    @Override
    public final void handle(IoRegistration ignored, IoEvent event) {
        try {
            onEvent(event);
        } catch (Throwable thrown) {
            LOG.error("Accepting on {} threw.", listening.address(), thrown);
        }
    }

    private void endBackoff() {
        backingOff = false;
        armIfWanted();
    }

    private void openSocket(IoEventLoop target, Socket connection) {
        if (!sockets.open(target, connection, acceptor::onAccepted)) {
            lose(target, connection);
        }
    }

    private void finish() {
        closed = true;
        // Before the descriptor is closed: one that is shared goes on, and so would the kernel's reports of it.
        if (registration != null) {
            registration.cancel();
        }
        ListeningSocket.closeQuietly(descriptor);
        acceptor.onListenerClosed();
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            later(task);
        }
    }

    private void later(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException loopEnds) {
            // A loop that ends closes its listeners, and runs no task any more; after that there is nothing left to do.
            if (loop.inEventLoop()) {
                task.run();
            }
        }
    }

    // ---- The caller's side ----

    @Override
    public final SocketAddress localAddress() {
        return listening.address();
    }

    @Override
    public final void pauseAccepting() {
        paused = true;
        onLoop(this::followPause);
    }

    @Override
    public final void resumeAccepting() {
        paused = false;
        onLoop(this::followPause);
    }

    /** Does what was asked for last: tasks of other threads may run after what this one asks for later. */
    private void followPause() {
        if (paused) {
            disarm();
        } else {
            armIfWanted();
        }
    }

    /** Also called by the loop when it shuts down: what is with the kernel must be taken back at once then. */
    @Override
    public final void close() {
        onLoop(() -> {
            if (!closing) {
                closing = true;
                listening.removeFile();
                disarm();
                // As a task, so that onListenerClosed never comes before this call returns.
                later(this::closeIfQuiet);
            }
        });
    }
}
