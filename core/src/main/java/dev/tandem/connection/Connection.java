package dev.tandem.connection;

import dev.tandem.transport.PeerCredentials;
import dev.tandem.transport.SocketEvents;
import dev.tandem.transport.StreamSocket;
import dev.tandem.transport.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A connection as its handler sees it. Lives on one event loop from beginning to end.
 *
 * <p>{@link #write}, {@link #close}, {@link #abort} and {@link #shutdownOutput} may be called from any thread and never
 * block; what one thread asks for happens in the order in which it asked. Everything else is for the thread of the loop.
 *
 * <p>Written bytes are copied, so a buffer passed to {@code write} stays the caller's. What a handler writes during a
 * callback is sent once, when the callback returns; what is written at other times is sent once per turn of the loop. While
 * more than {@link ConnectionLimits#outboundPauseBytes} wait to be sent nothing is read from the peer, so a handler that
 * only answers cannot be overrun; above {@link ConnectionLimits#outboundMaxBytes} the connection is closed.
 */
public final class Connection {

    private final Exchange exchange;
    private final LoopConnections home;
    private final StreamSocket socket;
    private final HandOver handOver;

    Connection(Exchange exchange, LoopConnections home, StreamSocket socket) {
        this.exchange = exchange;
        this.home = home;
        this.socket = socket;
        this.handOver = new HandOver(exchange, home);
    }

    /**
     * Makes a connection of a socket just accepted or connected, tells the handler that it is open, and starts receiving.
     * Called on the socket's loop.
     *
     * @return who is to be told what happens to the socket
     */
    public static SocketEvents open(LoopConnections home, StreamSocket socket, ConnectionHandler handler) {
        return open(home, socket, handler, opened -> {});
    }

    /**
     * Makes a connection like {@link #open(LoopConnections, StreamSocket, ConnectionHandler)}.
     *
     * @param onOpened told of the connection, when its handler has been
     */
    public static SocketEvents open(
            LoopConnections home, StreamSocket socket, ConnectionHandler handler, Consumer<Connection> onOpened) {
        return Exchange.open(home, socket, handler, onOpened);
    }

    // ---- What anybody may ask ----

    /** The loop this connection lives on. Timers and tasks of the connection belong there. */
    public EventLoop loop() {
        return home.loop();
    }

    /** What this connection shares with others of its loop. */
    public LoopConnections home() {
        return home;
    }

    /** Our address; {@code null} when the connection is closed. */
    public SocketAddress localAddress() {
        return socket.localAddress();
    }

    /**
     * The peer's address; {@code null} when the connection is closed. Behind a load balancer that names its clients, the
     * client's, and known for ever.
     */
    public SocketAddress remoteAddress() {
        return socket.remoteAddress();
    }

    /** The address of the load balancer that spoke for the peer; empty if none did. From any thread. */
    public Optional<SocketAddress> proxyAddress() {
        return socket.proxyAddress();
    }

    /** Who is at the other end; empty if this is no Unix domain socket, or closed. From any thread. */
    public Optional<PeerCredentials> peerCredentials() {
        return socket.peerCredentials();
    }

    /** What TLS has agreed upon with the peer, its certificates included; empty if the connection is not secured. */
    public Optional<TlsSession> tls() {
        return socket.tls();
    }

    /** Whether bytes written now will be sent: neither closed nor closing. */
    public boolean isOpen() {
        return exchange.isOpen();
    }

    /**
     * Whether no more than {@link ConnectionLimits#outboundPauseBytes} wait to be sent. A handler that produces much should
     * stop when this is false and go on at {@link ConnectionHandler#onWritable}.
     */
    public boolean isWritable() {
        return !exchange.writing().isAboveMark();
    }

    /**
     * Whether a handler should take another message from the bytes it was given: the connection is open, writable, and
     * reading is not paused. What a handler leaves unread because this is false is offered again when it is true, without
     * waiting for more to arrive; so it never holds more than one answer above the mark.
     */
    public boolean isReading() {
        return exchange.isReading();
    }

    /** Why it is closing or has ended; {@code null} while it is open. */
    public CloseReason closeReason() {
        return exchange.closeReason();
    }

    /** How many bytes the kernel has not taken yet: of those written, and of those counted by {@link #countQueued}. */
    public int unsentBytes() {
        return exchange.writing().unsentBytes();
    }

    /** How many bytes other threads have written that the loop has not taken over yet. From any thread. */
    public int handedOverBytes() {
        return handOver.waitingBytes();
    }

    // ---- Writing ----

    /**
     * Writes the readable bytes, and reads them from {@code bytes} in doing so. On a connection that is closing they are
     * dropped. From any thread.
     *
     * @throws IllegalStateException if the output was shut down, on the thread of the loop; elsewhere the bytes are dropped
     */
    public void write(ByteBuf bytes) {
        if (isOnLoop()) {
            exchange.writing().write(bytes);
        } else {
            handOver.write(bytes);
        }
    }

    /** Writes these bytes. Like {@link #write(ByteBuf)}. */
    public void write(byte[] bytes) {
        write(Unpooled.wrappedBuffer(bytes));
    }

    /**
     * Writes what {@code encoder} appends for {@code message}: directly behind what was written before, without a buffer in
     * between. If the encoder throws, nothing of the message is written. From any thread; the encoder runs on the caller's.
     *
     * @throws IllegalStateException if the output was shut down, on the thread of the loop; elsewhere the bytes are dropped
     */
    public <M> void write(M message, Encoder<? super M> encoder) {
        if (isOnLoop()) {
            exchange.writing().write(message, encoder);
        } else {
            handOver.write(message, encoder);
        }
    }

    /**
     * For a handler that keeps what it is going to write in a queue of its own and writes it bit by bit: says how many bytes
     * that queue holds now. They count like written ones, so that the limits apply to them: those of {@link #isWritable}, of
     * reading, of this connection and of the server.
     */
    public void countQueued(int bytes) {
        exchange.writing().countQueued(bytes);
    }

    private boolean isOnLoop() {
        return home.loop().inEventLoop();
    }

    // ---- Reading ----

    /**
     * Stops {@link ConnectionHandler#onBytes} until {@link #resumeReading}; the peer is stopped by TCP's flow control.
     */
    public void pauseReading() {
        exchange.pause(Pauses.BY_HANDLER);
    }

    /** Goes on reading: bytes left unread are offered first. */
    public void resumeReading() {
        exchange.resume(Pauses.BY_HANDLER);
    }

    /**
     * From now on reading goes on while much waits to be sent. For a handler that passes on what it reads to another
     * connection: it stops reading when that one is not {@link #isWritable}. If it also stopped when this one is not, a peer
     * that reads only after it was read from would never go on.
     */
    public void readIndependently() {
        exchange.readIndependently();
    }

    // ---- Ending ----

    /** Closes after everything written before was delivered. From any thread. */
    public void close() {
        close(CloseReason.CLOSED);
    }

    /** Closes like {@link #close()}, for this reason. From any thread. */
    public void close(CloseReason reason) {
        onLoop(() -> exchange.close(reason));
    }

    /** Closes at once: what was not sent is dropped, and the peer sees a reset. From any thread. */
    public void abort() {
        abort(CloseReason.ABORTED);
    }

    /** Aborts like {@link #abort()}, for this reason. From any thread. */
    public void abort(CloseReason reason) {
        onLoop(() -> exchange.abort(reason));
    }

    /**
     * Tells the peer that nothing more will be written, after everything written before was sent. Reading goes on. From any
     * thread.
     */
    public void shutdownOutput() {
        onLoop(exchange::shutdownOutput);
    }

    /** Now if this is the loop; else later, unless the loop has ended. */
    private void onLoop(Runnable action) {
        if (isOnLoop()) {
            action.run();
        } else {
            home.execute(action);
        }
    }

    @Override
    public String toString() {
        return exchange.toString();
    }
}
