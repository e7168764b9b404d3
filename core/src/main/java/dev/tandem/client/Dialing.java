package dev.tandem.client;

import dev.tandem.connection.CloseReason;
import dev.tandem.connection.Connection;
import dev.tandem.connection.ConnectionHandler;
import dev.tandem.layer.Passage;
import dev.tandem.layer.RunningLayer;
import dev.tandem.layer.Upper;
import dev.tandem.transport.ConnectAttempt;
import dev.tandem.transport.ConnectOptions;
import dev.tandem.transport.Connector;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TransportException;
import io.netty.channel.IoEventLoop;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection being asked for, from a name to a {@link Connection}. The addresses of a name are tried one after the other;
 * each gets an equal share of the time that is left, so that one that is silent does not use up all of it. When a connection
 * is made, its layers have their own deadlines.
 *
 * <p>Complete when it is known what became of it. Whoever cancels it gives the attempt up.
 */
final class Dialing extends CompletableFuture<Connection> implements Connector, Upper {

    /** The shortest timeout that {@link ConnectOptions} takes. */
    private static final long SHARE_NANOS_MIN = 1_000_000;

    private final TcpClient client;
    private final ClientLoop home;
    private final SocketAddress address;
    private final ConnectOptions options;
    private final ConnectionHandler handler;
    private final List<RunningLayer> layers;
    private final long dueNanos;

    /** Whether it is decided what becomes of it: a connection, or nothing, which was counted. */
    private final AtomicBoolean decided = new AtomicBoolean();

    // What follows is for the thread of the loop.
    private final Deque<SocketAddress> untried = new ArrayDeque<>();
    private ConnectAttempt attempt;
    /** Null until a connection is made, if it has layers, and when they will not open. */
    private Passage passage;

    private TransportException failure;

    Dialing(
            TcpClient client,
            ClientLoop home,
            SocketAddress address,
            ConnectOptions options,
            ConnectionHandler handler,
            List<RunningLayer> layers) {
        this.client = client;
        this.home = home;
        this.address = address;
        this.options = options;
        this.handler = handler;
        this.layers = layers;
        this.dueNanos = System.nanoTime() + options.timeout().toNanos();
    }

    /** Starts, and goes on when the addresses to try are {@code found}. Called once, from any thread. */
    void begin(CompletableFuture<List<SocketAddress>> found) {
        if (!found.isDone()) {
            found.orTimeout(options.timeout().toNanos(), TimeUnit.NANOSECONDS);
        }
        found.whenComplete((addresses, thrown) -> {
            if (thrown == null) {
                onLoop(() -> tryEach(addresses));
            } else {
                failLookUp(thrown);
            }
        });
        whenComplete((connection, thrown) -> {
            if (thrown != null) {
                // Unless it has failed, somebody has cancelled it.
                count(CloseReason.ABORTED);
                found.cancel(false);
                onLoop(this::breakOff);
            }
        });
    }

    /** The client closes: the connection is no longer wanted. */
    void giveUp() {
        fail(CloseReason.ABORTED, "The client was closed while it connected to " + address + ".", null);
    }

    private void tryEach(List<SocketAddress> addresses) {
        untried.addAll(addresses);
        tryNext();
    }

    private void tryNext() {
        if (isDone()) {
            return;
        }
        long leftNanos = dueNanos - System.nanoTime();
        if (leftNanos <= 0) {
            fail(CloseReason.CONNECT_TIMEOUT, "There was no time left to connect to " + address + ".", failure);
            return;
        }
        Duration share = Duration.ofNanos(Math.max(SHARE_NANOS_MIN, leftNanos / untried.size()));
        try {
            attempt = home.connections()
                    .transport()
                    .connect((IoEventLoop) home.connections().loop(), untried.poll(), options.withTimeout(share), this);
        } catch (RejectedExecutionException | IllegalArgumentException e) {
            fail(CloseReason.CONNECT_FAILED, e.getMessage(), e);
        }
    }

    private void breakOff() {
        if (passage != null) {
            passage.abort();
        } else if (attempt != null) {
            attempt.cancel();
        }
    }

    @Override
    public SocketEvents onConnected(StreamSocket socket) {
        // Counted before it is asked: a client that closes has given this up by now, or finds it here and waits.
        client.onPassing();
        if (layers.isEmpty() || isDone()) {
            SocketEvents events = open(socket);
            if (events == null) {
                client.onPassageGone();
            }
            return events;
        }
        passage = new Passage(socket, layers, home.passages(), this, this::onPassageGone);
        return passage.begin();
    }

    /** The socket is gone, maybe without a word from its layer: the loop has ended, say. */
    private void onPassageGone() {
        client.onPassageGone();
        fail(CloseReason.ABORTED, "The connection to " + address + " was aborted before it was established.", null);
    }

    @Override
    public SocketEvents open(StreamSocket socket) {
        if (isDone() || !decided.compareAndSet(false, true)) {
            return null;
        }
        passage = null;
        return client.open(home, socket, handler, this::onOpened);
    }

    /** A layer will not open. It has the socket, to tell the peer and then to close it. */
    @Override
    public void refuse(CloseReason why, String because) {
        passage = null;
        String what = because == null ? "the connection ended before it was established" : because;
        fail(why, "The connection to " + address + " was not established: " + what + ".", null);
    }

    private void onOpened(Connection connection) {
        if (!complete(connection)) {
            // Given up at this very moment, by another thread.
            connection.abort();
        }
    }

    @Override
    public void onConnectFailed(TransportException why) {
        if (failure != null) {
            why.addSuppressed(failure);
        }
        failure = why;
        if (untried.isEmpty()) {
            fail(reasonOf(why), why.getMessage(), why);
        } else {
            tryNext();
        }
    }

    private static CloseReason reasonOf(TransportException why) {
        return switch (why.errno()) {
            case "ETIMEDOUT" -> CloseReason.CONNECT_TIMEOUT;
            case "ECANCELED" -> CloseReason.ABORTED;
            default -> CloseReason.CONNECT_FAILED;
        };
    }

    private void failLookUp(Throwable thrown) {
        if (thrown instanceof TimeoutException) {
            fail(CloseReason.CONNECT_TIMEOUT, "The addresses of " + address + " were not found in time.", thrown);
        } else if (thrown instanceof UnknownHostException) {
            fail(CloseReason.CONNECT_FAILED, "There is no host of the name in " + address + ".", thrown);
        } else {
            fail(CloseReason.CONNECT_FAILED, "The look-up of " + address + " failed: " + thrown, thrown);
        }
    }

    private void fail(CloseReason reason, String message, Throwable cause) {
        // Counted before it is told, so that whoever hears of it finds it counted.
        if (count(reason)) {
            completeExceptionally(new ConnectFailedException(reason, message, cause));
        }
    }

    /** Counts that no connection is made, for this reason. Returns false if it was decided before. */
    private boolean count(CloseReason reason) {
        boolean isNew = decided.compareAndSet(false, true);
        if (isNew) {
            client.onFailed(reason);
        }
        return isNew;
    }

    private void onLoop(Runnable task) {
        if (home.connections().loop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            home.connections().loop().execute(task);
        } catch (RejectedExecutionException loopHasEnded) {
            giveUp();
        }
    }
}
